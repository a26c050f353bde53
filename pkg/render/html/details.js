'use strict';
/* One resource in words: its facts, the commands that fix it, its findings; and the rows of the printed page. */

const countOf = (number, one, many) => `${number.toLocaleString('en')} ${number === 1 ? one : many}`;

function severityMark(element, severity) {
  for (const other of SEVERITIES) {
    element.classList.toggle('severity-' + other, other === severity);
  }
  element.classList.toggle('severity', severity !== '');
}

/* The worst severity that is open, else the result that matters most. */
function severityWord(resource) {
  if (resource.worst >= 0) {
    return SEVERITIES[resource.worst];
  }
  return RESULT_WORDS[['cannot_tell', 'excepted', 'fixed'].find((result) => resource.findings.some((finding) => finding.result === result)) || 'none'];
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

function exceptionWords(finding) {
  const parts = [finding.reason, finding.owner && `owner ${finding.owner}`,
    finding.expires && `${finding.expired ? 'expired' : 'expires'} ${finding.expires}`, finding.ticket];
  return parts.filter((part) => part).join('; ');
}

class ResourceDetails {
  /* copy (line, code, button): the command was chosen. */
  constructor(data, copy) {
    this.data = data;
    this.copy = copy;
  }

  makeFact(list, title, value, className) {
    if (value !== null && value !== undefined && value !== '') {
      const pair = make('div', className);
      pair.append(make('dt', '', title), make('dd', '', value));
      list.append(pair);
    }
  }

  makeCommand(line, what) {
    const box = make('div', 'command');
    const code = putText(make('code'), line, true);
    const button = make('button', '', 'Copy');
    button.type = 'button';
    button.setAttribute('aria-label', 'Copy ' + what);
    button.addEventListener('click', () => this.copy(line, code, button));
    box.append(code, button);
    return box;
  }

  makeFinding(finding, resource) {
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
      box.append(make('p', '', this.data.unfold(finding.message, resource)));
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
  makeOthers(resource) {
    const named = (letter) => this.data.checks.filter((_, at) => resource.checks[at] === letter).map((check) => check.id).join(', ');
    const facts = make('dl');
    this.makeFact(facts, 'Rules that it passes', named('P'));
    this.makeFact(facts, 'Rules that do not apply to it', named('-'));
    return facts;
  }

  makeFacts(resource) {
    const facts = make('dl', 'facts');
    const hidden = resource.enabled < 0 && !resource.protocol && resource.hopLimit <= 0;
    this.makeFact(facts, 'Kind', resource.kind);
    this.makeFact(facts, 'Region', resource.region);
    this.makeFact(facts, 'Zone', resource.zone);
    this.makeFact(facts, 'VPC', resource.vpc);
    this.makeFact(facts, 'Status', resource.gone && resource.open === 0 ? 'not in this audit' : resource.status);
    this.makeFact(facts, 'Metadata service', hidden ? '' : ['off', 'on'][resource.enabled] || 'not known');
    this.makeFact(facts, 'Protocol', resource.protocol);
    this.makeFact(facts, 'Response hop limit', resource.hopLimit > 0 ? resource.hopLimit : '');
    this.makeFact(facts, 'Trusted profile', resource.profile);
    this.makeFact(facts, 'Policy rule', resource.gone ? '' : resource.policyRule || 'unmanaged');
    this.makeFact(facts, 'ID', resource.id, 'whole');
    this.makeFact(facts, 'CRN', resource.crn, 'whole');
    return facts;
  }

  /* Everything about the resource as the content of `body`. */
  fill(resource, body) {
    const fixes = this.data.fixes(resource);
    body.textContent = '';
    if (fixes.length > 0) {
      body.append(make('h3', '', fixes.length === 1 ? 'Recommended fix' : 'Recommended fixes'));
      fixes.forEach((fix) => body.append(this.makeCommand(fix, 'the recommended fix')));
    }
    body.append(make('h3', '', resource.findings.length === 0 ? 'No findings' : countOf(resource.findings.length, 'finding', 'findings')));
    resource.findings.forEach((finding) => body.append(this.makeFinding(finding, resource)));
    body.append(make('h3', '', 'About it'), this.makeFacts(resource));
    if (resource.checks) {
      body.append(this.makeOthers(resource));
    }
  }

  /* A row of the printed page. */
  printedRow(resource) {
    const row = make('tr');
    const first = make('td');
    const severity = make('span', '', severityWord(resource));
    severityMark(severity, resource.worst >= 0 ? SEVERITIES[resource.worst] : '');
    first.append(severity);
    row.append(first);
    [resource.name || resource.id, resource.kind, resource.region].forEach((value) => row.append(make('td', '', value || '')));
    const findings = make('td');
    resource.findings.forEach((finding) => {
      const message = this.data.unfold(finding.message, resource);
      findings.append(make('div', '', findingWord(finding) + (message ? `: ${message}` : '')));
    });
    row.append(findings);
    return row;
  }

  /* The table of the printed page, of the first resources of the list. */
  printedTable(resources, caption) {
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
    body.append(...resources.map((resource) => this.printedRow(resource)));
    table.append(make('caption', '', caption), top, body);
    return table;
  }
}
