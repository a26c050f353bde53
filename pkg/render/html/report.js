'use strict';
/* The report of an audit: filters, sorts, shows one resource, keeps its state in the address. */
(() => {
  const byId = (id) => document.getElementById(id);
  const data = new ReportData(JSON.parse(byId('data').textContent));
  const {resources} = data;
  const PRINTED_ROWS = 2000;
  const ADDRESS_MS = 300;

  /* --- what is wanted, and how it stands in the address --------------------------------------------------------- */

  const FACETS = reportFacets(data);
  const state = {q: '', sort: 'severity', descending: true, id: ''};

  /* Reads the address into the state; returns what it names that this report does not have. */
  function readAddress() {
    const wanted = new URLSearchParams(location.hash.slice(1));
    const [column, direction] = (wanted.get('sort') || 'severity:desc').split(':');
    const sorts = REPORT_COLUMNS.some((candidate) => candidate.name === column);
    const unknown = [...new Set(wanted.keys())].filter((key) => !['q', 'id', 'sort'].includes(key) && !FACETS.some((facet) => facet.name === key));
    if (!sorts) {
      unknown.push(`sort ${column}`);
    }
    state.q = wanted.get('q') || '';
    state.id = wanted.get('id') || '';
    state.sort = sorts ? column : 'severity';
    state.descending = !sorts || direction === 'desc';
    for (const facet of FACETS) {
      const values = wanted.getAll(facet.name);
      facet.chosen = new Set(values.filter((value) => facet.all.includes(value)));
      unknown.push(...values.filter((value) => !facet.all.includes(value)).map((value) => `${facet.title.toLowerCase()} ${value}`));
    }
    return unknown;
  }

  /* The state as it stands behind #; `filters`: without the resource that is open. */
  function addressOf(filters) {
    const wanted = new URLSearchParams();
    if (state.q) {
      wanted.set('q', state.q);
    }
    FACETS.forEach((facet) => facet.chosen.forEach((value) => wanted.append(facet.name, value)));
    if (state.sort !== 'severity' || !state.descending) {
      wanted.set('sort', state.sort + (state.descending ? ':desc' : ':asc'));
    }
    if (state.id && !filters) {
      wanted.set('id', state.id);
    }
    return wanted.toString();
  }

  let addressTimer = 0;
  /* `entry`: Back leads to what was shown before; `opened`: Back closes the details. */
  function writeAddress(entry, opened) {
    const hash = addressOf();
    clearTimeout(addressTimer);
    if (hash !== location.hash.slice(1)) {
      try {
        history[entry ? 'pushState' : 'replaceState'](opened === undefined ? history.state : {opened}, '', '#' + hash);
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

  let typed = resources; /* what the words in the filter leave of all */
  let typedFor = [];
  /* Where letters are added, only what was left before is searched. */
  function search() {
    const needles = state.q.toLowerCase().split(/\s+/).filter((needle) => needle);
    const longer = typedFor.length <= needles.length && typedFor.every((needle, at) => needles[at].includes(needle));
    if (needles.join(' ') !== typedFor.join(' ')) {
      typed = needles.length === 0 ? resources
        : (longer ? typed : resources).filter((resource) => needles.every((needle) => data.haystack(resource).includes(needle)));
      typedFor = needles;
    }
  }

  let shown = [];
  function choose() {
    const kept = new Uint8Array(resources.length);
    const filtered = FACETS.some((facet) => facet.chosen.size > 0);
    search();
    for (const resource of typed) {
      kept[resource.index] = !filtered || holds(resource) ? 1 : 0;
    }
    const column = REPORT_COLUMNS.find((candidate) => candidate.name === state.sort);
    shown = data.ordered(column, state.descending).filter((resource) => kept[resource.index]);
  }

  function countFindings() {
    const filtered = findingFacets.some((facet) => facet.chosen.size > 0);
    let sum = 0;
    for (const resource of shown) {
      sum += filtered ? resource.findings.filter((finding) => findingHolds(finding)).length : resource.findings.length;
    }
    return sum;
  }

  /* --- the grid ------------------------------------------------------------------------------------------------- */

  const grid = new RowGrid(byId('grid'), {
    columns: REPORT_COLUMNS,
    values: (index) => {
      const resource = shown[index];
      return [severityWord(resource), resource.name || resource.id, text(resource.kind), text(resource.region), findingsWord(resource),
        shownProtocol(resource), resource.hopLimit > 0 ? resource.hopLimit : '', resource.policyRule || (resource.gone ? '' : 'unmanaged')];
    },
    mark: (index, row, cells) => severityMark(cells[0], shown[index].worst >= 0 ? SEVERITIES[shown[index].worst] : ''),
    open: (index) => showDetails(shown[index], true),
    keys: {c: (index) => copyFix(shown[index])},
    sort: (name) => {
      const first = name === 'severity' || name === 'findings';
      state.descending = state.sort === name ? !state.descending : first;
      state.sort = name;
      change();
    },
  });

  /* --- facets and what was found -------------------------------------------------------------------------------- */

  function makeFacet(facet) {
    const details = make('details', 'facet');
    facet.summary = make('summary', '', facet.title);
    facet.list = make('fieldset');
    facet.list.append(make('legend', 'visually-hidden', facet.title));
    facet.boxes = facet.all.map((value) => {
      const label = make('label');
      const box = make('input');
      const count = make('span');
      box.type = 'checkbox';
      box.addEventListener('change', () => {
        facet.chosen[box.checked ? 'add' : 'delete'](value);
        change();
      });
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

  /* Counts are made for the list that is open. */
  function showCounts(facet) {
    const counts = countValues(facet, typed);
    for (const {value, box, label, count} of facet.boxes) {
      box.checked = facet.chosen.has(value);
      putText(count, (counts.get(value) || 0).toLocaleString('en'));
      label.hidden = !counts.has(value) && !box.checked;
    }
  }

  function showFacets() {
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
          change();
        });
        chips.append(button);
      });
    }
    byId('clear').hidden = chips.childElementCount === 0 && state.q === '';
    if (hadFocus) {
      (chips.querySelector('button') || byId('q')).focus();
    }
  }

  function showNumbers() {
    const of = shown.length === resources.length ? '' : ` of ${resources.length.toLocaleString('en')}`;
    putText(byId('count'), `${countOf(shown.length, 'resource', 'resources')}${of}, ${countOf(countFindings(), 'finding', 'findings')}`);
    byId('copy-fixes').hidden = !shown.some((resource) => resource.open > 0);
    byId('nothing').hidden = shown.length > 0;
    byId('grid').hidden = byId('keys').hidden = shown.length === 0;
    putText(byId('nothing-why'), resources.length === 0 ? 'No resource was audited.' : 'No resource is left by these filters.');
    byId('nothing-clear').hidden = byId('clear').hidden;
  }

  function update() {
    choose();
    showChips();
    showFacets();
    showNumbers();
    grid.showOrder(state.sort, state.descending);
    grid.setRows(shown.length);
  }

  /* Another filter or order was chosen. */
  function change() {
    byId('address-said').hidden = true;
    update();
    writeAddress(true, false);
  }

  let typing = 0;
  /* What is typed is shown with the next frame; the address follows when the typing pauses. */
  function typeFilter(words) {
    state.q = words.trim();
    if (typing === 0) {
      typing = requestAnimationFrame(() => {
        typing = 0;
        byId('address-said').hidden = true;
        update();
        clearTimeout(addressTimer);
        addressTimer = setTimeout(writeAddress, ADDRESS_MS);
      });
    }
  }

  function clearFilters() {
    FACETS.forEach((facet) => facet.chosen.clear());
    state.q = byId('q').value = '';
    change();
    byId('q').focus();
  }

  /* --- one resource --------------------------------------------------------------------------------------------- */

  const dialog = byId('details');
  const say = (message) => putText(byId(dialog.open ? 'details-said' : 'said'), message);

  async function copyNow(line, code, button) {
    const done = await copyText(line, code);
    if (button) {
      putText(button, done ? 'Copied' : 'Press Ctrl-C');
      button.classList.toggle('done', done);
      setTimeout(() => {
        putText(button, 'Copy');
        button.classList.remove('done');
      }, 2000);
    }
    say(done ? 'copied' : 'selected: press Ctrl-C to copy');
    return done;
  }

  const details = new ResourceDetails(data, copyNow);

  async function copyFix(resource) {
    const fixes = data.fixes(resource);
    const done = fixes.length > 0 && await copyText(fixes.join('\n'), null);
    const name = resource.name || resource.id;
    say(fixes.length === 0 ? `no command fixes ${name}` : done ? `fix of ${name} copied` : 'not copied: the browser does not allow it');
  }

  function showDetails(resource, entry) {
    const at = shown.indexOf(resource);
    const opens = !dialog.open;
    state.id = resource.id || resource.crn || '';
    putText(byId('details-title'), resource.name || resource.id);
    details.fill(resource, byId('details-body'));
    byId('previous').disabled = at <= 0;
    byId('next').disabled = at < 0 || at + 1 >= shown.length;
    putText(byId('details-said'), at < 0 ? 'not among those shown by the filters' : `${(at + 1).toLocaleString('en')} of ${shown.length.toLocaleString('en')}`);
    if (opens) {
      dialog.showModal();
      byId('details-title').focus();
    }
    dialog.scrollTop = 0;
    writeAddress(entry && opens, entry && opens ? true : undefined);
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
    document.querySelectorAll('.kept').forEach((kept) => { kept.open = true; });
    byId('printed').replaceChildren(details.printedTable(shown.slice(0, PRINTED_ROWS), shown.length > PRINTED_ROWS
      ? `The first ${PRINTED_ROWS.toLocaleString('en')} of ${countOf(shown.length, 'resource', 'resources')}: filter for fewer, or write all of them with --report csv=FILE`
      : byId('count').textContent));
  }

  /* --- begin ---------------------------------------------------------------------------------------------------- */

  let restored = false;
  /* What the address says is shown: after loading, and when it has changed. */
  function restore() {
    const before = addressOf(true);
    const unknown = readAddress();
    const id = state.id;
    const resource = id ? resources.find((candidate) => candidate.id === id) || resources.find((candidate) => candidate.crn === id) : null;
    if (id && !resource) {
      unknown.push(`resource ${id}`);
      state.id = '';
    }
    if (!restored || addressOf(true) !== before) {
      restored = true;
      byId('q').value = state.q;
      update();
    }
    byId('address-said').hidden = unknown.length === 0;
    putText(byId('address-said'), `The link names what this report does not have: ${unknown.join(', ')}. Everything else of it is applied.`);
    if (resource) {
      grid.move(Math.max(0, shown.indexOf(resource)));
      showDetails(resource);
    } else if (dialog.open) {
      dialog.close();
    }
    writeAddress();
  }

  /* What typing looks in is made while nothing else is to do. */
  function prepare(at) {
    requestIdleCallback((deadline) => {
      let next = at;
      while (next < resources.length && deadline.timeRemaining() > 1) {
        data.haystack(resources[next++]);
      }
      if (next < resources.length) {
        prepare(next);
      }
    }, {timeout: 100});
  }

  function listenToFilters() {
    byId('q').addEventListener('input', (event) => typeFilter(event.target.value));
    byId('q').addEventListener('keydown', (event) => {
      if (event.key === 'ArrowDown' || event.key === 'Enter') {
        byId('grid').focus();
        event.preventDefault();
      } else if (event.key === 'Escape' && event.target.value !== '') {
        event.target.value = '';
        typeFilter('');
        event.preventDefault();
      }
    });
    byId('clear').addEventListener('click', clearFilters);
    byId('nothing-clear').addEventListener('click', clearFilters);
    byId('copy-fixes').addEventListener('click', async (event) => {
      const button = event.currentTarget;
      const fixes = [...new Set(shown.flatMap((resource) => data.fixes(resource, (finding) => findingHolds(finding))))];
      const done = await copyText(fixes.join('\n') + '\n', null);
      button.classList.toggle('done', done);
      setTimeout(() => button.classList.remove('done'), 2000);
      say(done ? `${countOf(fixes.length, 'command', 'commands')} copied` : 'not copied: the browser does not allow it');
    });
    document.addEventListener('click', (event) => {
      document.querySelectorAll('.facet[open]').forEach((facet) => {
        facet.open = facet.contains(event.target);
      });
    });
  }

  function listenToDetails() {
    byId('previous').addEventListener('click', () => step(-1));
    byId('next').addEventListener('click', () => step(1));
    byId('close').addEventListener('click', () => dialog.close());
    dialog.addEventListener('click', (event) => {
      if (event.target === dialog && event.offsetX < 0) {
        dialog.close();
      }
    });
    dialog.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) {
        return;
      }
      if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
        step(event.key === 'ArrowLeft' ? -1 : 1);
      } else if (event.key === 'c') {
        copyFix(resources.find((resource) => (resource.id || resource.crn) === state.id));
      }
    });
    dialog.addEventListener('close', () => {
      if (state.id === '' || dialog.open) {
        return; /* it was the address that closed them, and they may be open again by now */
      }
      state.id = '';
      if (history.state && history.state.opened) {
        history.back();
      } else {
        writeAddress();
      }
    });
  }

  function listenToPage() {
    const heading = byId('resources');
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
    /* Links of the page filter the resources and lead to them; the first one only leads there. */
    document.querySelectorAll('a[href^="#"]').forEach((link) => link.addEventListener('click', (event) => {
      event.preventDefault();
      if (link.hash !== '#resources') {
        history.pushState({opened: false}, '', link.hash);
        restore();
      }
      heading.focus({preventScroll: true});
      heading.scrollIntoView();
    }));
    addEventListener('hashchange', restore);
    addEventListener('beforeprint', makePrinted);
    addEventListener('afterprint', () => byId('printed').replaceChildren());
  }

  byId('explorer').hidden = false;
  byId('plain').hidden = true;
  grid.measure();
  FACETS.forEach(makeFacet);
  listenToFilters();
  listenToDetails();
  listenToPage();
  restore();
  document.documentElement.dataset.ready = 'true';
  performance.mark('report-ready');
  if (window.requestIdleCallback) {
    prepare(0);
  }
})();
