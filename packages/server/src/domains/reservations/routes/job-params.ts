import { Type } from 'typebox';

/** A job's id, or a unique beginning of it of 8 characters or more. */
export const JobParams = Type.Object({
  id: Type.String({ minLength: 8, maxLength: 36, pattern: '^[0-9A-Fa-f-]+$' }),
});
export const jobTag = 'Reservations';
export const diskTag = 'Disks';
export const reservationAdminTag = 'Reservation administration';
