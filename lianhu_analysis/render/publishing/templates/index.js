
const rows = [...document.querySelectorAll('tbody tr')];
const controls = [...document.querySelectorAll('[data-filter]')];
function show() {
  const asked = controls.flatMap(item => item.value.toLowerCase().split(/\s+/)).filter(Boolean);
  let shown = 0;
  for (const row of rows) {
    const signs = [...row.querySelectorAll('[title]')].map(item => item.title);
    const said = [row.textContent, ...signs].join(' ').toLowerCase();
    row.hidden = !asked.every(word => said.includes(word));
    shown += row.hidden ? 0 : 1;
  }
  document.getElementById('shown').textContent = shown;
}
controls.forEach(item => item.addEventListener('input', show));
show();
