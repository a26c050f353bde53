'use strict';
/* What the page holds: resources with their findings, and the text of each that typing looks in. */

const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'];
const RESULT_WORDS = {fail: 'open', excepted: 'excepted', cannot_tell: 'cannot tell', fixed: 'fixed', none: 'no finding'};

class ReportData {
  constructor(json) {
    Object.assign(this, {baseline: json.baseline, checks: json.checks, words: json.words, stride: json.row.length, orders: new Map(), messages: new Map()});
    this.resources = this.readResources(json.resources);
    const places = this.resources.concat(this.readGone(json.gone));
    this.readFindings(json.findings, json.mark.length, places);
  }

  word(number) {
    return number < 0 ? null : this.words[number];
  }

  readResources(cells) {
    const resources = [];
    for (let at = 0; at < cells.length; at += this.stride) {
      const prefix = cells[at + 2];
      const id = cells[at + 1];
      resources.push({
        index: resources.length, name: cells[at], id, crn: typeof prefix === 'number' ? (prefix < 0 ? null : this.words[prefix] + id) : prefix,
        kind: this.word(cells[at + 3]), region: this.word(cells[at + 4]), zone: this.word(cells[at + 5]), vpc: this.word(cells[at + 6]),
        status: this.word(cells[at + 7]), protocol: this.word(cells[at + 8]), profile: this.word(cells[at + 9]),
        policyRule: this.word(cells[at + 10]), enabled: cells[at + 11], hopLimit: cells[at + 12], checks: this.word(cells[at + 13]),
        findings: [], open: 0, worst: -1, gone: false, haystack: null,
      });
    }
    return resources;
  }

  /* What was fixed may be of a resource that is still there. Findings count the resources that are gone behind the others. */
  readGone(cells) {
    const byCrn = new Map(cells.length > 0 ? this.resources.map((resource) => [resource.crn, resource]) : []);
    return this.readResources(cells).map((resource) => {
      const same = resource.crn === null ? undefined : byCrn.get(resource.crn);
      if (same) {
        return same;
      }
      this.resources.push(Object.assign(resource, {gone: true, index: this.resources.length}));
      return resource;
    });
  }

  readFindings(cells, stride, places) {
    for (let at = 0; at < cells.length; at += stride) {
      const resource = places[cells[at]];
      const finding = {
        check: this.checks[cells[at + 1]], result: ['pass', 'fail', 'excepted', 'cannot_tell', 'not_applicable'][cells[at + 2]],
        baseline: ['', 'new', 'unchanged', 'fixed'][cells[at + 3]], severity: this.word(cells[at + 4]), message: cells[at + 5],
        fix: cells[at + 6], reason: this.word(cells[at + 7]), owner: this.word(cells[at + 8]), expires: this.word(cells[at + 9]),
        ticket: this.word(cells[at + 10]), expired: cells[at + 11] === 1,
      };
      if (finding.baseline === 'fixed') {
        finding.result = 'fixed';
      }
      if (!resource) {
        continue; /* about the policy */
      }
      resource.findings.push(finding);
      if (finding.result === 'fail') {
        resource.open++;
        resource.worst = Math.max(resource.worst, SEVERITIES.indexOf(finding.severity));
      }
    }
  }

  /* Texts say \u0001 where the name of the resource stands, \u0002 where its id does. */
  unfold(number, resource) {
    return number < 0 ? null : this.words[number].replace(/[\u0001\u0002]/g, (mark) => (mark === '\u0001' ? resource.name : resource.id));
  }

  /* The commands for the findings that are open, once each. */
  fixes(resource, holds = () => true) {
    return [...new Set(resource.findings.filter((finding) => finding.result === 'fail' && finding.fix >= 0 && holds(finding))
      .map((finding) => this.unfold(finding.fix, resource)))];
  }

  /* The text without the names that stand in it: they are searched by themselves. */
  searched(number) {
    if (number >= 0 && !this.messages.has(number)) {
      this.messages.set(number, this.words[number].replace(/[\u0001\u0002]/g, ''));
    }
    return this.messages.get(number);
  }

  /* The text that typing looks in, made once. */
  haystack(resource) {
    if (resource.haystack === null) {
      const parts = [resource.name, resource.id, resource.kind, resource.region, resource.zone, resource.vpc, resource.status,
        resource.protocol, resource.profile, resource.policyRule, resource.enabled === 0 ? 'off disabled' : ''];
      for (const finding of resource.findings) {
        parts.push(finding.check.id, finding.severity, finding.result, RESULT_WORDS[finding.result], finding.baseline,
          this.searched(finding.message), finding.reason, finding.owner, finding.ticket);
      }
      resource.haystack = parts.filter((part) => part).join('\n').toLowerCase();
    }
    return resource.haystack;
  }

  /* Every resource in the order of the column, made when it is first asked for; equal ones keep the order of the audit. */
  ordered(column, descending) {
    const name = column.name + descending;
    if (!this.orders.has(name)) {
      const sign = descending ? -1 : 1;
      const keys = this.resources.map(column.number || ((resource) => text(column.of(resource))));
      const words = new Intl.Collator('en', {numeric: true});
      const compare = column.number ? (a, b) => sign * (keys[a] - keys[b]) || a - b
        : (a, b) => (keys[a] === '') - (keys[b] === '') || sign * words.compare(keys[a], keys[b]) || a - b;
      this.orders.set(name, keys.map((_, at) => at).sort(compare).map((at) => this.resources[at]));
    }
    return this.orders.get(name);
  }
}

/* What the resources are filtered by: of findings or of resources; `all` are the values in the order shown. */
function reportFacets(data) {
  const facets = [
    {name: 'severity', title: 'Severity', ofFinding: (finding) => finding.severity, all: SEVERITIES.slice().reverse()},
    {name: 'rule', title: 'Rule', ofFinding: (finding) => finding.check.id, all: data.checks.map((check) => check.id)},
    {name: 'result', title: 'Result', ofFinding: (finding) => finding.result, all: Object.keys(RESULT_WORDS), words: RESULT_WORDS},
    {name: 'baseline', title: 'Since the earlier audit', ofFinding: (finding) => finding.baseline, all: ['new', 'unchanged', 'fixed']},
    {name: 'region', title: 'Region', ofResource: (resource) => resource.region || '(unknown)'},
    {name: 'kind', title: 'Kind', ofResource: (resource) => resource.kind || '(unknown)'},
    {name: 'policy_rule', title: 'Policy rule', ofResource: (resource) => resource.policyRule || '(unmanaged)'},
  ].filter((facet) => facet.name !== 'baseline' || data.baseline);
  for (const facet of facets) {
    facet.all = facet.all || [...new Set(data.resources.map(facet.ofResource))].sort();
    facet.chosen = new Set();
  }
  return facets;
}

const text = (value) => (value === null || value === undefined ? '' : value);
const shownProtocol = (resource) => (resource.enabled === 0 ? 'off' : text(resource.protocol));

/* The columns of the grid: `number` and `of` are what they are sorted by. */
const REPORT_COLUMNS = [
  {name: 'severity', title: 'Severity', number: (resource) => resource.worst * 1000 + Math.min(999, resource.open + 0.5 * resource.findings.length)},
  {name: 'name', title: 'Name', className: 'name', of: (resource) => resource.name || resource.id},
  {name: 'kind', title: 'Kind', className: 'wide', of: (resource) => resource.kind},
  {name: 'region', title: 'Region', className: 'wide', of: (resource) => resource.region},
  {name: 'findings', title: 'Findings', className: 'rules', number: (resource) => resource.findings.length},
  {name: 'protocol', title: 'Protocol', className: 'wide', of: shownProtocol},
  {name: 'hop_limit', title: 'Hop limit', className: 'wide number', number: (resource) => resource.hopLimit},
  {name: 'policy_rule', title: 'Policy rule', className: 'wide', of: (resource) => resource.policyRule},
];
