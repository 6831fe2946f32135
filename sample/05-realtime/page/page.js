import { connect } from './live.js';
import { completeSignIn, renew, signIn } from './sign-in.js';
import { overHttp, overSocket, waysOf } from './ways.js';

const MOST_OUTCOMES = 8;

const $ = (id) => document.getElementById(id);
const setting = await (await fetch('/setting')).json();

let tokens;
let expiresAt;
let socket;
const token = () => tokens.accessToken;
const ways = waysOf({ token, socket: () => socket });

$('sign-in').onclick = () => signIn(setting);
$('sign-in-again').onclick = () => signIn(setting);
$('renew').onclick = () => attempt('Get a new token', getNewToken);
$('try').onsubmit = publish;

if (!setting.hasNats) {
  $('no-nats').hidden = false;
  document.querySelector('[value=NATS]').disabled = true;
}

try {
  tokens = await completeSignIn(setting);
} catch (failure) {
  $('connection').textContent = failure.message;
}
if (tokens) await enter();
else $('welcome').hidden = false;

async function enter() {
  $('room').hidden = false;
  await show();
  setInterval(countDown, 500);
  const published = (post) => showPost(post);
  const retracted = ({ id }) => {
    $('posts')
      .querySelector(`[data-id="${CSS.escape(id)}"]`)
      ?.remove();
    showEmpty();
  };
  socket = connect(token, { connected, ended, published, retracted });
}

/** Who is signed in, by the word of the application. */
async function show() {
  const me = await overHttp(token(), 'GET /me');
  expiresAt = me.expiresAt;
  $('name').textContent = me.name;
  $('organization').textContent = me.organizationId;
  $('roles').textContent = me.roles.join(', ');
  countDown();
}

function countDown() {
  const seconds = Math.max(0, Math.ceil(expiresAt - Date.now() / 1000));
  $('token').textContent = seconds > 0 ? `expires in ${seconds} s` : 'expired';
}

/** The latest posts, for some may have been missed. */
async function connected() {
  setState('on', 'Live');
  $('ended').hidden = true;
  const posts = await overHttp(token(), 'GET /posts');
  $('posts').replaceChildren();
  posts.reverse().forEach(showPost);
  showEmpty();
}

function ended(why) {
  setState('ended', 'Disconnected');
  $('ended-why').textContent = why;
  $('ended').hidden = false;
  countDown();
}

function setState(state, text) {
  $('connection').dataset.state = state;
  $('connection').textContent = text;
}

/** A connection that is open is told the new token; one that ended is opened with it. */
async function getNewToken() {
  tokens = await renew(setting, tokens);
  if (socket.connected) await overSocket(socket, 'authenticate', { token: token() });
  else socket.connect();
  await show();
}

function publish(event) {
  event.preventDefault();
  const way = chosenWay();
  const text = $('text').value;
  void attempt(`Publish by ${way}`, () => ways[way].publish(text));
}

function retract(id) {
  const way = chosenWay();
  void attempt(`Retract by ${way}`, () => ways[way].retract(id));
}

function chosenWay() {
  return new FormData($('try')).get('way');
}

/** Does something, and says what became of it. */
async function attempt(what, act) {
  try {
    await act();
    tell(`${what}: done`);
  } catch (failure) {
    const { status, code, message } = failure;
    const codes = [status, code].filter((each) => each !== undefined).join(' ');
    tell(`${what}: ${codes ? `${codes}: ` : ''}${message}`, 'refused');
  }
}

function tell(text, className = '') {
  const item = document.createElement('li');
  item.textContent = text;
  item.className = className;
  $('outcomes').prepend(item);
  while ($('outcomes').children.length > MOST_OUTCOMES) $('outcomes').lastElementChild.remove();
}

/** Whatever people wrote is text, and never markup. */
function showPost({ id, text, author, way }) {
  const item = document.createElement('li');
  item.dataset.id = id;
  const words = document.createElement('span');
  words.textContent = text;
  const from = document.createElement('small');
  from.textContent = `${author}, by ${way}`;
  words.append(from);
  const button = document.createElement('button');
  button.textContent = 'Retract';
  button.setAttribute('aria-label', `Retract: ${text}`);
  button.onclick = () => retract(id);
  item.append(words, button);
  $('posts')
    .querySelector(`[data-id="${CSS.escape(id)}"]`)
    ?.remove();
  $('posts').prepend(item);
  showEmpty();
}

function showEmpty() {
  $('empty').hidden = $('posts').children.length > 0;
}
