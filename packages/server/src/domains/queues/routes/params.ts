import { Type } from 'typebox';
import { QueueName } from '@gpushield/contracts';

export const QueueParams = Type.Object({ name: QueueName });
