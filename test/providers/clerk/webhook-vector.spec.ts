import { createHmac } from 'node:crypto';

it('the vector of Standard Webhooks, which Clerk’s webhooks are signed as', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const signed = 'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}';
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  expect(createHmac('sha256', key).update(signed).digest('base64')).toBe(
    'g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  );
});
