import { expect, it } from 'vitest';
import { startFakeKube } from '../../../../testing/reservations/fake-kube.ts';

it('a kubeconfig that is written anew is read again once what it said before is refused: no restart is needed', async () => {
  let goodToken = 'first';
  const kube = await startFakeKube((request, response) => {
    response.statusCode = request.headers.authorization === `Bearer ${goodToken}` ? 200 : 401;
    return {};
  });
  try {
    kube.writeToken('first');
    await expect(kube.api.get('/version')).resolves.toEqual({});
    goodToken = 'second';
    kube.writeToken('second');
    await expect(kube.api.get('/version')).rejects.toMatchObject({ status: 401 });
    await expect(kube.api.get('/version')).resolves.toEqual({});
  } finally {
    await kube.stop();
  }
});
