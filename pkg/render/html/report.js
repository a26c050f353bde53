'use strict';
/* The report of an audit: reads the data of the page, filters, sorts, shows one resource, keeps its state in the address. */
(() => {
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId('data').textContent);
  const words = data.words;
  const word = (number) => (number < 0 ? null : words[number]);
  const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'];
  const RESULTS = ['fail', 'excepted', 'cannot_tell', 'fixed', 'none'];
  const RESULT_WORDS = {fail: 'open', excepted: 'excepted', cannot_tell: 'cannot tell', fixed: 'fixed', none: 'no finding'};
  const BASELINES = ['', 'new', 'unchanged', 'fixed'];
  const PRINTED_ROWS = 2000;

  /* --- the data ------------------------------------------------------------------------------------------------ */

  function readResources(cells, from) {
    const stride = data.row.length;
    const resources = [];
    for (let at = 0; at < cells.length; at += stride) {
      const prefix = cells[at + 2];
      const id = cells[at + 1];
      resources.push({
        index: from + resources.length, name: cells[at], id,
        crn: typeof prefix === 'number' ? (prefix < 0 ? null : words[prefix] + id) : prefix,
        kind: word(cells[at + 3]), region: word(cells[at + 4]), zone: word(cells[at + 5]), vpc: word(cells[at + 6]),
        status: word(cells[at + 7]), protocol: word(cells[at + 8]), profile: word(cells[at + 9]),
        policyRule: word(cells[at + 10]), enabled: cells[at + 11], hopLimit: cells[at + 12], checks: word(cells[at + 13]),
        findings: [], open: 0, worst: -1, gone: false,
      });
    }
    return resources;
  }

  /* Texts say \u0001 where the name of the resource stands, \u0002 where its id does. */
  function unfold(text, resource) {
    return text === null ? null : text.replace(/[\u0001\u0002]/g, (mark) => (mark === '\u0001' ? resource.name : resource.id));
  }

  function readFindings(places) {
    const cells = data.findings;
    const stride = data.mark.length;
    for (let at = 0; at < cells.length; at += stride) {
      const resource = places[cells[at]];
      const finding = {
        check: data.checks[cells[at + 1]], result: ['pass', 'fail', 'excepted', 'cannot_tell', 'not_applicable'][cells[at + 2]],
        baseline: BASELINES[cells[at + 3]], severity: word(cells[at + 4]), message: cells[at + 5], fix: cells[at + 6],
        reason: word(cells[at + 7]), owner: word(cells[at + 8]), expires: word(cells[at + 9]), ticket: word(cells[at + 10]),
        expired: cells[at + 11] === 1,
      };
      if (finding.baseline === 'fixed') {
        finding.result = 'fixed';
      }
      resource.findings.push(finding);
      if (finding.result === 'fail') {
        resource.open++;
        resource.worst = Math.max(resource.worst, SEVERITIES.indexOf(finding.severity));
      }
    }
  }

  /* What was fixed may be of a resource that is still there: places[] has the resource of each number in a finding. */
  const resources = readResources(data.resources, 0);
  const places = resources.slice();
  const byCrn = new Map(data.gone.length > 0 ? resources.map((resource) => [resource.crn, resource]) : []);
  for (const resource of readResources(data.gone, 0)) {
    const same = resource.crn === null ? undefined : byCrn.get(resource.crn);
    if (!same) {
      resources.push(Object.assign(resource, {gone: true, index: resources.length}));
    }
    places.push(same || resource);
  }
  readFindings(places);

  /* What typing looks in, made when it is first needed. */
  function haystack(resource) {
    if (resource.haystack === undefined) {
      const parts = [resource.name, resource.id, resource.kind, resource.region, resource.zone, resource.vpc, resource.status,
        resource.protocol, resource.profile, resource.policyRule, resource.enabled === 0 ? 'off disabled' : ''];
      for (const finding of resource.findings) {
        parts.push(finding.check.id, finding.severity, finding.result, RESULT_WORDS[finding.result], finding.baseline,
          unfold(word(finding.message), resource), finding.reason, finding.owner, finding.ticket);
      }
      resource.haystack = parts.filter((part) => part).join('\n').toLowerCase();
    }
    return resource.haystack;
  }

  /* --- what is wanted, and how it stands in the address --------------------------------------------------------- */

  /* Of findings or of resources; `all` are the values in the order shown. */
  const FACETS = [
    {name: 'severity', title: 'Severity', ofFinding: (finding) => finding.severity, all: SEVERITIES.slice().reverse()},
    {name: 'rule', title: 'Rule', ofFinding: (finding) => finding.check.id, all: data.checks.map((check) => check.id)},
    {name: 'result', title: 'Result', ofFinding: (finding) => finding.result, all: RESULTS, words: RESULT_WORDS},
    {name: 'baseline', title: 'Since the earlier audit', ofFinding: (finding) => finding.baseline, all: ['new', 'unchanged', 'fixed']},
    {name: 'region', title: 'Region', ofResource: (resource) => resource.region || '(unknown)'},
    {name: 'kind', title: 'Kind', ofResource: (resource) => resource.kind || '(unknown)'},
    {name: 'policy_rule', title: 'Policy rule', ofResource: (resource) => resource.policyRule || '(unmanaged)'},
  ].filter((facet) => facet.name !== 'baseline' || data.baseline);
  for (const facet of FACETS) {
    facet.all = facet.all || [...new Set(resources.map(facet.ofResource))].sort();
    facet.chosen = new Set();
  }
  const state = {q: '', sort: 'severity', descending: true, id: ''};
  const collator = new Intl.Collator('en', {numeric: true});
  const text = (value) => (value === null || value === undefined ? '' : value);
  const COLUMNS = [
    {name: 'severity', title: 'Severity', number: (resource) => resource.worst * 1000 + Math.min(999, resource.open + 0.5 * resource.findings.length)},
    {name: 'name', title: 'Name', className: 'name', of: (resource) => resource.name || resource.id},
    {name: 'kind', title: 'Kind', className: 'wide', of: (resource) => resource.kind},
    {name: 'region', title: 'Region', className: 'wide', of: (resource) => resource.region},
    {name: 'findings', title: 'Findings', className: 'rules', number: (resource) => resource.findings.length},
    {name: 'protocol', title: 'Protocol', className: 'wide', of: (resource) => shownProtocol(resource)},
    {name: 'hop_limit', title: 'Hop limit', className: 'wide number', number: (resource) => resource.hopLimit},
    {name: 'policy_rule', title: 'Policy rule', className: 'wide', of: (resource) => resource.policyRule},
  ];

  function shownProtocol(resource) {
    return resource.enabled === 0 ? 'off' : text(resource.protocol);
  }

  function readAddress() {
    const wanted = new URLSearchParams(location.hash.slice(1));
    state.q = wanted.get('q') || '';
    state.id = wanted.get('id') || '';
    const [column, direction] = (wanted.get('sort') || 'severity:desc').split(':');
    state.sort = COLUMNS.some((candidate) => candidate.name === column) ? column : 'severity';
    state.descending = direction === 'desc';
    for (const facet of FACETS) {
      facet.chosen = new Set(wanted.getAll(facet.name).filter((value) => facet.all.includes(value)));
    }
  }

  function writeAddress() {
    const wanted = new URLSearchParams();
    if (state.q) {
      wanted.set('q', state.q);
    }
    FACETS.forEach((facet) => facet.chosen.forEach((value) => wanted.append(facet.name, value)));
    if (state.sort !== 'severity' || !state.descending) {
      wanted.set('sort', state.sort + (state.descending ? ':desc' : ':asc'));
    }
    if (state.id) {
      wanted.set('id', state.id);
    }
    const hash = wanted.toString();
    if (hash !== location.hash.slice(1)) {
      try {
        history.replaceState(null, '', '#' + hash);
      } catch {
        /* Safari refuses more than a hundred in half a minute; the next one succeeds. */
      }
    }
  }

  /* --- filtering and sorting ------------------------------------------------------------------------------------ */

  const findingFacets = FACETS.filter((facet) => facet.ofFinding);
  const resourceFacets = FACETS.filter((facet) => facet.ofResource);

  function findingHolds(finding, except) {
    return findingFacets.every((facet) => facet === except || facet.chosen.size === 0 || facet.chosen.has(facet.ofFinding(finding)));
  }

  /* Resources without a finding are those of the result "none". */
  function withoutFindingHolds(except) {
    return findingFacets.every((facet) => facet === except || facet.chosen.size === 0 || facet.chosen.has('none'));
  }

  function holds(resource, except) {
    if (!resourceFacets.every((facet) => facet === except || facet.chosen.size === 0 || facet.chosen.has(facet.ofResource(resource)))) {
      return false;
    }
    return resource.findings.length === 0 ? withoutFindingHolds(except)
      : resource.findings.some((finding) => findingHolds(finding, except));
  }

  function countValues(facet, typed) {
    const counts = new Map();
    for (const resource of typed) {
      if (!holds(resource, facet)) {
        continue;
      }
      const values = facet.ofResource ? [facet.ofResource(resource)]
        : resource.findings.length === 0 ? ['none']
          : new Set(resource.findings.filter((finding) => findingHolds(finding, facet)).map(facet.ofFinding));
      for (const value of values) {
        counts.set(value, (counts.get(value) || 0) + 1);
      }
    }
    return counts;
  }

  const orders = new Map();
  /* Every resource in the order of the column, made when it is first asked for; equal ones keep the order of the audit. */
  function ordered(column, descending) {
    const name = column.name + descending;
    if (!orders.has(name)) {
      const sign = descending ? -1 : 1;
      const keys = column.number ? resources.map(column.number) : resources.map((resource) => text(column.of(resource)));
      const compare = column.number ? (a, b) => sign * (keys[a] - keys[b]) || a - b
        : (a, b) => (keys[a] === '') - (keys[b] === '') || sign * collator.compare(keys[a], keys[b]) || a - b;
      orders.set(name, resources.map((_, at) => at).sort(compare));
    }
    return orders.get(name);
  }

  let shown = [];
  function choose() {
    const needles = state.q.toLowerCase().split(/\s+/).filter((needle) => needle);
    const typed = needles.length === 0 ? resources
      : resources.filter((resource) => needles.every((needle) => haystack(resource).includes(needle)));
    const kept = new Uint8Array(resources.length);
    typed.forEach((resource) => { kept[resource.index] = holds(resource) ? 1 : 0; });
    const column = COLUMNS.find((candidate) => candidate.name === state.sort);
    shown = ordered(column, state.descending).filter((at) => kept[at]).map((at) => resources[at]);
    return typed;
  }

  /* --- the grid ------------------------------------------------------------------------------------------------- */

  function severityMark(element, severity) {
    element.className = element.className.replace(/ ?severity\S*/g, '') + (severity ? ` severity severity-${severity}` : '');
  }

  function severityWord(resource) {
    const results = resource.findings.map((finding) => finding.result);
    return resource.worst >= 0 ? SEVERITIES[resource.worst]
      : RESULT_WORDS[['cannot_tell', 'excepted', 'fixed'].find((result) => results.includes(result)) || 'none'];
  }

  function findingWord(finding) {
    const notes = [finding.result === 'fail' ? '' : RESULT_WORDS[finding.result], finding.baseline === 'new' ? 'new' : ''];
    const note = notes.filter((part) => part).join(', ');
    return finding.check.id + (note ? ` (${note})` : '');
  }

  function findingsWord(resource) {
    const list = resource.findings.map(findingWord).join(', ');
    return resource.findings.length > 1 ? `${resource.findings.length}: ${list}` : list;
  }

  function fillRow(index, cells) {
    const resource = shown[index];
    const values = [severityWord(resource), resource.name || resource.id, text(resource.kind), text(resource.region),
      findingsWord(resource), shownProtocol(resource), resource.hopLimit > 0 ? resource.hopLimit : '',
      resource.policyRule || (resource.gone ? '' : 'unmanaged')];
    values.forEach((value, at) => putText(cells[at], value));
    severityMark(cells[0], resource.worst >= 0 ? SEVERITIES[resource.worst] : '');
    cells[1].title = plainText(values[1]);
    cells[4].title = plainText(values[4]);
  }

  const grid = new RowGrid(byId('grid'), {
    columns: COLUMNS, fill: fillRow, open: (index) => showDetails(shown[index]),
    sort: (name) => {
      const first = name === 'severity' || name === 'findings';
      state.descending = state.sort === name ? !state.descending : first;
      state.sort = name;
      update();
    },
  });

  /* --- facets and what was found -------------------------------------------------------------------------------- */

  function makeFacet(facet) {
    const details = make('details', 'facet');
    const legend = make('legend', 'visually-hidden', facet.title);
    facet.summary = make('summary', '', facet.title);
    facet.list = make('fieldset');
    facet.list.append(legend);
    facet.boxes = facet.all.map((value) => {
      const label = make('label');
      const box = make('input');
      box.type = 'checkbox';
      box.addEventListener('change', () => {
        facet.chosen[box.checked ? 'add' : 'delete'](value);
        update();
      });
      const count = make('span');
      label.append(box, make('bdi', '', facet.words ? facet.words[value] : value), count);
      facet.list.append(label);
      return {value, box, label, count};
    });
    details.append(facet.summary, facet.list);
    /* Before it opens, so that it opens with its counts. */
    facet.summary.addEventListener('click', () => showCounts(facet));
    details.addEventListener('toggle', () => {
      if (details.open) {
        showCounts(facet);
        document.querySelectorAll('.facet[open]').forEach((other) => { other.open = other === details; });
      }
    });
    details.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && details.open) {
        details.open = false;
        facet.summary.focus();
      }
    });
    facet.element = details;
    byId('facets').append(details);
  }

  let typedNow = resources;
  /* Counts are made for the list that is open. */
  function showCounts(facet) {
    const counts = countValues(facet, typedNow);
    for (const {value, box, label, count} of facet.boxes) {
      box.checked = facet.chosen.has(value);
      putText(count, counts.get(value) || 0);
      label.hidden = !counts.has(value) && !box.checked;
    }
  }

  function showFacets(typed) {
    typedNow = typed;
    for (const facet of FACETS) {
      putText(facet.summary, facet.title + (facet.chosen.size > 0 ? ` (${facet.chosen.size})` : ''));
      facet.element.toggleAttribute('data-chosen', facet.chosen.size > 0);
      if (facet.element.open) {
        showCounts(facet);
      }
    }
  }

  function showChips() {
    const chips = byId('chips');
    const hadFocus = chips.contains(document.activeElement);
    chips.textContent = '';
    for (const facet of FACETS) {
      facet.chosen.forEach((value) => {
        const shownValue = facet.words ? facet.words[value] : value;
        const button = make('button', '', `${facet.title}: ${shownValue} \u00d7`);
        button.type = 'button';
        button.setAttribute('aria-label', `Remove filter ${facet.title}: ${shownValue}`);
        button.addEventListener('click', () => {
          facet.chosen.delete(value);
          update();
        });
        chips.append(button);
      });
    }
    byId('clear').hidden = chips.childElementCount === 0 && state.q === '';
    if (hadFocus) {
      (chips.querySelector('button') || byId('q')).focus();
    }
  }

  const count = (number, one, many) => `${number.toLocaleString('en')} ${number === 1 ? one : many}`;

  /* A command that several findings have is one. */
  function fixesOf(list) {
    const fixes = new Set();
    for (const resource of list) {
      for (const finding of resource.findings) {
        if (finding.result === 'fail' && finding.fix >= 0 && findingHolds(finding)) {
          fixes.add(unfold(words[finding.fix], resource));
        }
      }
    }
    return [...fixes];
  }

  function update(keepActive) {
    const typed = choose();
    grid.showOrder(state.sort, state.descending);
    grid.setRows(shown.length, keepActive ? grid.active : 0);
    showFacets(typed);
    showChips();
    const findings = shown.reduce((sum, resource) => sum + resource.findings.filter((finding) => findingHolds(finding)).length, 0);
    putText(byId('count'), shown.length === resources.length
      ? `${count(shown.length, 'resource', 'resources')}, ${count(findings, 'finding', 'findings')}`
      : `${count(shown.length, 'resource', 'resources')} of ${resources.length.toLocaleString('en')}, ${count(findings, 'finding', 'findings')}`);
    byId('nothing').hidden = shown.length > 0;
    const fixes = shown.some((resource) => resource.open > 0);
    byId('copy-fixes').hidden = !fixes;
    writeAddress();
  }

  /* --- one resource --------------------------------------------------------------------------------------------- */

  const dialog = byId('details');
  const say = (message) => putText(byId('said'), message);

  function makeFact(list, title, value, className) {
    if (value === null || value === undefined || value === '') {
      return;
    }
    const pair = make('div', className);
    pair.append(make('dt', '', title), make('dd', '', value));
    list.append(pair);
  }

  function makeCommand(line, what) {
    const box = make('div', 'command');
    const code = putText(make('code'), line, true);
    const button = make('button', '', 'Copy');
    button.type = 'button';
    button.setAttribute('aria-label', 'Copy ' + what);
    button.addEventListener('click', () => copyNow(line, code, button));
    box.append(code, button);
    return box;
  }

  async function copyNow(line, code, button) {
    const done = await copyText(line, code);
    putText(button, done ? 'Copied' : 'Press Ctrl-C');
    const message = done ? 'copied' : 'selected: press Ctrl-C to copy';
    say(message);
    if (dialog.open) {
      putText(byId('details-said'), message);
    }
    setTimeout(() => putText(button, 'Copy'), 2000);
  }

  function exceptionWords(finding) {
    const parts = [finding.reason, finding.owner && `owner ${finding.owner}`,
      finding.expires && `${finding.expired ? 'expired' : 'expires'} ${finding.expires}`, finding.ticket];
    return parts.filter((part) => part).join('; ');
  }

  function makeFinding(finding, resource) {
    const box = make('div', 'finding');
    const heading = make('h4');
    const severity = make('span', '', finding.severity);
    severityMark(severity, finding.severity);
    heading.append(severity, make('span', '', finding.check.id));
    if (finding.result !== 'fail') {
      heading.append(make('span', 'badge', RESULT_WORDS[finding.result]));
    }
    if (finding.baseline && finding.baseline !== 'fixed') {
      heading.append(make('span', 'badge', finding.baseline));
    }
    box.append(heading);
    if (finding.message >= 0) {
      box.append(make('p', '', unfold(words[finding.message], resource)));
    }
    if (exceptionWords(finding)) {
      box.append(make('p', '', `Exception: ${exceptionWords(finding)}`));
    }
    if (finding.check.meaning) {
      box.append(make('p', 'quiet', `Why it matters: ${finding.check.meaning}`));
    }
    return box;
  }

  /* The checks of a resource that are no findings: a letter each, P pass, - not applicable. */
  function makeOthers(resource, into) {
    const named = (letter) => data.checks.filter((_, at) => resource.checks[at] === letter).map((check) => check.id).join(', ');
    const facts = make('dl');
    makeFact(facts, 'Rules that it passes', named('P'));
    makeFact(facts, 'Rules that do not apply to it', named('-'));
    into.append(facts);
  }

  function fillDetails(resource) {
    const body = byId('details-body');
    const facts = make('dl', 'facts');
    const hidden = resource.enabled < 0 && !resource.protocol && resource.hopLimit <= 0;
    body.textContent = '';
    putText(byId('details-title'), resource.name || resource.id);
    makeFact(facts, 'Kind', resource.kind);
    makeFact(facts, 'Region', resource.region);
    makeFact(facts, 'Zone', resource.zone);
    makeFact(facts, 'VPC', resource.vpc);
    makeFact(facts, 'Status', resource.gone ? 'not in this audit' : resource.status);
    makeFact(facts, 'Metadata service', hidden ? '' : ['off', 'on'][resource.enabled] || 'not known');
    makeFact(facts, 'Protocol', resource.protocol);
    makeFact(facts, 'Response hop limit', resource.hopLimit > 0 ? resource.hopLimit : '');
    makeFact(facts, 'Trusted profile', resource.profile);
    makeFact(facts, 'Policy rule', resource.gone ? '' : resource.policyRule || 'unmanaged');
    makeFact(facts, 'ID', resource.id, 'whole');
    makeFact(facts, 'CRN', resource.crn, 'whole');
    body.append(facts);
    const fixes = [...new Set(resource.findings.filter((finding) => finding.fix >= 0 && finding.result === 'fail')
      .map((finding) => unfold(words[finding.fix], resource)))];
    if (fixes.length > 0) {
      body.append(make('h3', '', 'Recommended fix'));
      fixes.forEach((fix) => body.append(makeCommand(fix, 'the recommended fix')));
    }
    body.append(make('h3', '', resource.findings.length === 0 ? 'No findings' : count(resource.findings.length, 'finding', 'findings')));
    resource.findings.forEach((finding) => body.append(makeFinding(finding, resource)));
    if (resource.checks) {
      makeOthers(resource, body);
    }
  }

  function showDetails(resource) {
    const at = shown.indexOf(resource);
    state.id = resource.id || resource.crn || '';
    fillDetails(resource);
    byId('previous').disabled = at <= 0;
    byId('next').disabled = at < 0 || at + 1 >= shown.length;
    putText(byId('details-said'), '');
    if (!dialog.open) {
      dialog.showModal();
    }
    dialog.scrollTop = 0;
    writeAddress();
  }

  function step(by) {
    const at = grid.active + by;
    if (at >= 0 && at < shown.length) {
      grid.move(at);
      showDetails(shown[at]);
    }
  }

  /* --- print ---------------------------------------------------------------------------------------------------- */

  function makePrinted() {
    document.querySelectorAll('.kept').forEach((details) => { details.open = true; });
    const into = byId('printed');
    into.textContent = '';
    const table = make('table');
    const head = make('tr');
    ['Severity', 'Name', 'Kind', 'Region', 'Findings'].forEach((title) => {
      const cell = make('th', '', title);
      cell.scope = 'col';
      head.append(cell);
    });
    const top = make('thead');
    top.append(head);
    const body = make('tbody');
    for (const resource of shown.slice(0, PRINTED_ROWS)) {
      const row = make('tr');
      const severity = make('span', '', severityWord(resource));
      severityMark(severity, resource.worst >= 0 ? SEVERITIES[resource.worst] : '');
      row.append(make('td'));
      row.firstChild.append(severity);
      [resource.name || resource.id, text(resource.kind), text(resource.region)]
        .forEach((value) => row.append(make('td', '', value)));
      const findings = make('td');
      resource.findings.forEach((finding) => {
        const message = finding.message >= 0 ? `: ${unfold(words[finding.message], resource)}` : '';
        findings.append(make('div', '', findingWord(finding) + message));
      });
      row.append(findings);
      body.append(row);
    }
    table.append(make('caption', '', shown.length > PRINTED_ROWS
      ? `The first ${PRINTED_ROWS.toLocaleString('en')} of ${count(shown.length, 'resource', 'resources')}: filter for fewer, or write all of them with --report csv=FILE`
      : byId('count').textContent), top, body);
    into.append(table);
  }

  /* --- begin ---------------------------------------------------------------------------------------------------- */

  function restore() {
    readAddress();
    const id = state.id;
    byId('q').value = state.q;
    update();
    const resource = id ? resources.find((candidate) => candidate.id === id) || resources.find((candidate) => candidate.crn === id) : null;
    if (resource) {
      const at = shown.indexOf(resource);
      if (at >= 0) {
        grid.move(at);
      }
      showDetails(resource);
    } else if (dialog.open) {
      dialog.close();
    }
  }

  /* What typing looks in is made while nothing else is to do. */
  function prepare(at) {
    requestIdleCallback((deadline) => {
      let next = at;
      while (next < resources.length && deadline.timeRemaining() > 2) {
        haystack(resources[next++]);
      }
      if (next < resources.length) {
        prepare(next);
      }
    });
  }

  FACETS.forEach(makeFacet);
  byId('q').addEventListener('input', (event) => {
    state.q = event.target.value.trim();
    update();
  });
  byId('q').addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown') {
      byId('grid').focus();
      event.preventDefault();
    }
  });
  byId('clear').addEventListener('click', () => {
    FACETS.forEach((facet) => facet.chosen.clear());
    state.q = byId('q').value = '';
    update();
    byId('q').focus();
  });
  byId('copy-fixes').addEventListener('click', async () => {
    const fixes = fixesOf(shown);
    const done = await copyText(fixes.join('\n') + '\n', null);
    say(done ? `${count(fixes.length, 'command', 'commands')} copied` : 'not copied: the browser does not allow it');
  });
  document.querySelectorAll('[data-copy]').forEach((button) => {
    const code = byId(button.dataset.copy);
    button.hidden = false;
    button.addEventListener('click', () => copyNow(code.textContent, code, button));
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === '/' && !dialog.open && !/^(INPUT|TEXTAREA)$/.test(event.target.nodeName)) {
      byId('q').focus();
      event.preventDefault();
    }
  });
  document.addEventListener('click', (event) => {
    document.querySelectorAll('.facet[open]').forEach((facet) => {
      facet.open = facet.contains(event.target);
    });
  });
  byId('previous').addEventListener('click', () => step(-1));
  byId('next').addEventListener('click', () => step(1));
  byId('close').addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog && event.offsetX < 0) {
      dialog.close();
    }
  });
  dialog.addEventListener('close', () => {
    state.id = '';
    writeAddress();
  });
  addEventListener('hashchange', () => {
    restore();
    if (!state.id) {
      byId('resources').scrollIntoView();
    }
  });
  addEventListener('beforeprint', makePrinted);
  addEventListener('afterprint', () => { byId('printed').textContent = ''; });

  byId('explorer').hidden = false;
  byId('plain').hidden = true;
  restore();
  document.documentElement.dataset.ready = 'true';
  performance.mark('report-ready');
  if (window.requestIdleCallback) {
    prepare(0);
  }
})();
