/* Checks of any page, as axe has them: each gives a list of what is wrong, an empty one when nothing is. */
(() => {
  const visible = (element) => element.checkVisibility({visibilityProperty: true}) && element.getClientRects().length > 0;
  const describe = (element) => `${element.nodeName.toLowerCase()}${element.id ? '#' + element.id : ''}`
    + `${element.className && element.className.baseVal === undefined ? '.' + element.className : ''} "${element.textContent.trim().slice(0, 40)}"`;

  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const known = new Map();
  function channels(color) {
    if (!known.has(color)) {
      known.set(color, readChannels(color));
    }
    return known.get(color);
  }
  function readChannels(color) {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  }
  function luminance([red, green, blue]) {
    const [r, g, b] = [red, green, blue].map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }
  function ratio(one, other) {
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  }
  /* The first opaque background behind the element. */
  function behind(element) {
    for (let at = element; at; at = at.parentElement) {
      const color = channels(getComputedStyle(at).backgroundColor);
      if (color[3] > 250) {
        return color;
      }
    }
    return [255, 255, 255, 255];
  }

  function contrast() {
    const wrong = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    let checked = 0;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      if (!node.data.trim() || !visible(element) || /^(SCRIPT|STYLE|TITLE|DESC|NOSCRIPT)$/i.test(element.nodeName)) {
        continue;
      }
      if (element.closest('.visually-hidden, .code-point, .skip, :disabled')) {
        continue;
      }
      const style = getComputedStyle(element);
      const size = parseFloat(style.fontSize);
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      const found = ratio(channels(element.closest('svg') ? style.fill : style.color), behind(element));
      checked++;
      if (found < (large ? 3 : 4.5)) {
        wrong.push(`${describe(element)}: ${found.toFixed(2)}`);
      }
    }
    for (const bar of document.querySelectorAll('svg .bar')) {
      const found = ratio(channels(getComputedStyle(bar).fill), behind(bar));
      if (found < 3) {
        wrong.push(`${describe(bar)} ${bar.getAttribute('class')}: ${found.toFixed(2)} of a bar`);
      }
    }
    for (const control of document.querySelectorAll('button, input[type=search], summary')) {
      const style = getComputedStyle(control);
      if (visible(control) && style.borderTopStyle !== 'none' && parseFloat(style.borderTopWidth) > 0
          && ratio(channels(style.borderTopColor), behind(control.parentElement)) < 3) {
        wrong.push(`${describe(control)}: its border`);
      }
    }
    return checked > 30 ? wrong : [`only ${checked} texts were found`];
  }

  function structure() {
    const wrong = [];
    const want = (good, what) => good || wrong.push(what);
    const all = (selector) => [...document.querySelectorAll(selector)];
    want(document.documentElement.lang, 'no language');
    want(document.title.trim(), 'no title');
    want(all('main').length === 1 && all('body > header').length === 1 && all('body > footer').length === 1, 'landmarks');
    want(all('h1').length === 1, 'not one h1');
    const ids = all('[id]').map((element) => element.id);
    ids.filter((id, at) => ids.indexOf(id) !== at).forEach((id) => wrong.push(`id ${id} twice`));
    for (const name of ['aria-labelledby', 'aria-describedby', 'aria-controls', 'aria-activedescendant', 'for']) {
      for (const element of all(`[${name}]`)) {
        element.getAttribute(name).split(' ').forEach((id) => want(document.getElementById(id), `${describe(element)}: ${name} ${id}`));
      }
    }
    let level = 0;
    for (const heading of all('h1, h2, h3, h4').filter(visible)) {
      const now = Number(heading.nodeName[1]);
      want(now <= level + 1, `heading level ${level} then ${now}: ${describe(heading)}`);
      level = now;
    }
    all('svg').forEach((svg) => want(svg.getAttribute('aria-hidden') === 'true'
      || (svg.getAttribute('role') === 'img' && svg.querySelector('title').textContent && svg.querySelector('desc').textContent),
    `${describe(svg)} without words`));
    all('svg[role=img] a, svg[role=img] [tabindex]').forEach((inside) => wrong.push(`${describe(inside)} inside an image`));
    all('table').forEach((table) => want([...table.querySelectorAll('th')].every((cell) => cell.scope) && table.querySelector('th'),
      `${describe(table)}: headings without scope`));
    all('input').forEach((input) => want(input.labels.length > 0 || input.getAttribute('aria-label'), `${describe(input)} without label`));
    all('button, a[href], summary').forEach((control) => want((control.getAttribute('aria-label') || control.textContent).trim(),
      `${describe(control)} without name`));
    all('[tabindex]').forEach((element) => want(Number(element.getAttribute('tabindex')) <= 0, `${describe(element)}: tabindex`));
    all('[role=grid]').filter(visible).forEach((grid) => {
      want(grid.getAttribute('aria-label') && grid.getAttribute('aria-rowcount') && grid.getAttribute('aria-colcount'), 'grid');
      grid.querySelectorAll('[role=row]').forEach((row) => want(row.parentElement.getAttribute('role') === 'rowgroup'
        && (row.hidden || row.getAttribute('aria-rowindex')), 'row of the grid'));
      grid.querySelectorAll('[role=columnheader]').forEach((cell) => want(cell.getAttribute('aria-sort'), 'heading of the grid'));
    });
    all('*').forEach((element) => [...element.attributes].forEach((attribute) => {
      want(!attribute.name.startsWith('on'), `${describe(element)}: ${attribute.name}`);
      want(!/^\s*javascript:/i.test(attribute.value) || !/href|src/.test(attribute.name), `${describe(element)}: ${attribute.value}`);
    }));
    all('[src], link[href], image, use').forEach((element) => want(/^data:/.test(element.getAttribute('href') || element.src || ''),
      `${describe(element)} loads something`));
    all('button, summary, input[type=search], .facet label').filter(visible).forEach((control) => {
      const box = control.getBoundingClientRect();
      want(box.height >= 24 || control.closest('figure'), `${describe(control)}: ${box.height} px high`);
    });
    return wrong;
  }

  window.pageChecks = {contrast, structure};
})();
