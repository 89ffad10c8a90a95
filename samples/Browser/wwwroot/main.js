import { dotnet } from './_framework/dotnet.js';

const { getAssemblyExports, getConfig } = await dotnet.create();
const exports = await getAssemblyExports(getConfig().mainAssemblyName);
const criterion = exports.Criterion.Samples.Browser.Program;

const $ = id => document.getElementById(id);
const SERIES = ['value', 'gradient', 'curvature'];

function element(name, attributes = {}, ...children) {
  const isSvg = ['svg', 'path', 'line', 'text', 'circle'].includes(name);
  const made = isSvg ? document.createElementNS('http://www.w3.org/2000/svg', name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// ---- losses

const losses = JSON.parse(criterion.Losses());
let current, settings;

function list() {
  const wanted = $('search').value.trim().toLowerCase();
  const found = losses.filter(loss => loss.name.toLowerCase().includes(wanted));
  const items = found.flatMap((loss, i) => {
    const button = element('button', { type: 'button', 'aria-current': loss === current }, loss.name);
    button.addEventListener('click', () => choose(loss));
    const item = element('li', {}, button);
    return i > 0 && found[i - 1].family === loss.family ? [item] : [element('li', { class: 'family' }, loss.family), item];
  });
  $('losses').replaceChildren(...items);
}

function choose(loss) {
  [current, settings] = [loss, {}];
  $('name').textContent = loss.name;
  $('about').textContent = [loss.source, loss.alternatives].filter(Boolean).join(' — ');
  $('options').replaceChildren(...loss.options.map(control));
  for (const button of $('losses').querySelectorAll('button')) button.setAttribute('aria-current', button.textContent === loss.name);
  draw();
}

function control(option) {
  const [input, read] = inputOf(option);
  const shown = element('output', {}, option.kind === 'number' ? option.initial : '');
  input.addEventListener('input', () => {
    settings[option.name] = read();
    if (option.kind === 'number') shown.textContent = read();
    draw();
  });
  return element('label', {}, option.name, input, shown);
}

function inputOf(option) {
  if (option.kind === 'flag') {
    const input = element('input', { type: 'checkbox', name: option.name });
    input.checked = option.initial === 'True';
    return [input, () => input.checked];
  }
  if (option.kind === 'choice') {
    const input = element('select', { name: option.name }, ...option.choices.map(choice => element('option', {}, choice)));
    input.value = option.initial;
    return [input, () => input.value];
  }
  // From zero to three times the default.
  const initial = Number(option.initial);
  const most = Math.max(Math.abs(initial) * 3, 1e-6) || 1;
  const scale = initial === 0 ? 1 : most;
  const input = element('input', { type: 'range', name: option.name, min: initial < 0 ? -scale : 0, max: scale, step: scale / 300 });
  input.value = initial;
  return [input, () => Number(Number(input.value).toPrecision(4))];
}

function draw() {
  const plot = JSON.parse(criterion.Curves(current.name, JSON.stringify(settings)));
  $('error').textContent = plot.error ?? '';
  if (plot.error) return;
  $('formula').textContent = plot.formula.join('\n');
  $('curves').replaceChildren(...plot.curves.map(figure));
}

function figure(curve) {
  const [width, height, margin] = [800, 320, 14];
  const [left, right] = [curve.x[0], curve.x.at(-1)];
  const finite = SERIES.flatMap(name => curve[name]).filter(v => v !== null).sort((a, b) => a - b);
  // Poles are cut off: the middle 98 % decide about the scale.
  const at = share => finite[Math.round(share * (finite.length - 1))] ?? 0;
  let [low, high] = [Math.min(0, at(0.01)), Math.max(0, at(0.99))];
  if (high - low < 1e-9) [low, high] = [-1, 1];
  const sx = x => margin + (x - left) / (right - left) * (width - 2 * margin);
  const sy = y => height - margin - (y - low) / (high - low) * (height - 2 * margin);
  const path = values => {
    let [text, pen] = ['', 'M'];
    values.forEach((v, i) => {
      if (v === null) { pen = 'M'; return; }
      text += `${pen}${sx(curve.x[i]).toFixed(1)},${Math.max(-1e4, Math.min(1e4, sy(v))).toFixed(1)}`;
      pen = 'L';
    });
    return text;
  };
  const svg = element('svg', { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none' },
    element('line', { class: 'axis', x1: 0, x2: width, y1: sy(0), y2: sy(0) }),
    ...(left < 0 && right > 0 ? [element('line', { class: 'axis', x1: sx(0), x2: sx(0), y1: 0, y2: height })] : []),
    ...SERIES.map(name => element('path', { class: name, d: path(curve[name]) })));
  const short = v => Number(v.toPrecision(3)).toString();
  return element('figure', {}, svg, element('figcaption', {},
    element('strong', {}, curve.name),
    ...SERIES.map(name => element('span', { class: name }, `— ${name}`)),
    element('span', {}, `${curve.axis} from ${short(left)} to ${short(right)}, values from ${short(low)} to ${short(high)}`)));
}

$('search').addEventListener('input', list);
list();
choose(losses.find(loss => loss.name === 'HuberLoss') ?? losses[0]);

// ---- the GAN

let isTraining = false;

function show(picture) {
  const circles = (points, kind) => {
    const made = [];
    for (let i = 0; i < points.length; i += 2) made.push(element('circle', { class: kind, cx: points[i], cy: -points[i + 1], r: 0.03 }));
    return made;
  };
  $('points').replaceChildren(...circles(picture.real, 'real'), ...circles(picture.generated, 'generated'));
  $('status').textContent = `Step ${picture.step}: discriminator ${picture.discriminatorLoss.toFixed(3)}, `
    + `generator ${picture.generatorLoss.toFixed(3)}, ${picture.modes} of 8 clouds found, ${picture.millisecondsPerStep.toFixed(1)} ms a step.`;
}

function train() {
  if (!isTraining) return;
  show(JSON.parse(criterion.TrainGan(10)));
  requestAnimationFrame(train);
}

function toggle(value) {
  isTraining = value;
  $('run').textContent = isTraining ? 'Pause' : 'Train';
  if (isTraining) requestAnimationFrame(train);
}

function restart() {
  criterion.StartGan($('objective').value, Number($('seed').value) || 0);
  if (!isTraining) show(JSON.parse(criterion.TrainGan(1)));
}

$('objective').replaceChildren(...criterion.Objectives().map(name => element('option', {}, name)));
$('run').addEventListener('click', () => toggle(!isTraining));
$('restart').addEventListener('click', restart);
$('objective').addEventListener('change', restart);
$('seed').addEventListener('change', restart);
for (const id of ['run', 'restart']) $(id).disabled = false;
restart();
document.body.dataset.ready = 'true';
