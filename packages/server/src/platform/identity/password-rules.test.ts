import { describe, expect, it } from 'vitest';
import { checkPassword } from './password-rules.ts';

describe('a new password', () => {
  it.each([
    'plum-kettle-orbit-42',
    'Vier Katzen am Fenster',
    '密码很长很长很长很长很长很',
    'x9!kQ2$vL0@w',
    'a rootless admiral sails',
  ])('may be %s', async (password) => {
    expect(await checkPassword(password, 'ada')).toBeUndefined();
  });

  it.each([
    'short-one-1',
    'x'.repeat(257),
    'password1234',
    'P@ssw0rd2026!',
    'Passwordpassword',
    'adminadmin123',
    'qwertyuiop12',
    '123456789012',
    'aaaaaaaaaaaaaa',
    'abcabcabcabcabc',
    'abcdefghijklm',
    'correcthorsebatterystaple',
    'gpushield2026',
  ])('may not be %s', async (password) => {
    expect(await checkPassword(password, 'ada')).toEqual(expect.any(String));
  });

  it('may not be the username, or little more', async () => {
    expect(await checkPassword('christopherson', 'Christopherson')).toContain('username');
    expect(await checkPassword('christopherson1', 'christopherson')).toContain('username');
  });

  it("may not be on the operator's list of leaked ones", async () => {
    expect(
      await checkPassword('plum-kettle-orbit-42', 'ada', (password) => password.startsWith('plum')),
    ).toContain('breach');
  });
});
