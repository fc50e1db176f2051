import { Type } from 'typebox';
import { Uuid } from '@gpushield/contracts';

export const AlertParams = Type.Object({ id: Uuid });
