extension PageParts {
    static let slower = #"""
        <div class="scroll" role="region" aria-label="Slower figures" tabindex="0">
        <table class="wide">
        <thead><tr><th scope="col">Case</th><th scope="col">Figure</th><th scope="col" class="n">Before</th><th scope="col" class="n">Now</th><th scope="col">Change</th><th scope="col">How that is known</th></tr></thead>
        <tbody>
        {{#rows}}
        <tr><th scope="row">{{#anchor}}<a href="#{{.}}">{{id}}</a>{{/anchor}}{{^anchor}}{{id}}{{/anchor}}</th><td><code>{{figure}}</code></td><td class="n">{{before}}</td><td class="n">{{after}}</td><td class="slower">▲ {{change}}</td><td>{{evidence}}</td></tr>
        {{/rows}}
        </tbody>
        </table>
        </div>
        """#

    static let matrix = #"""
        <p class="note">Each sign leads to the first case that it counts: {{#legend}}<span class="mark {{kind}}">{{sign}} {{words}}</span>{{^last()}}, {{/last()}}{{/legend}}.</p>
        {{#labs}}
        <div class="scroll" role="region" aria-label="Matrix of lab {{name}}" tabindex="0">
        <table class="matrix">
        <caption>Lab <code>{{name}}</code></caption>
        <thead><tr><th scope="col">Program</th>{{#columns}}<th scope="col">{{.}}</th>{{/columns}}</tr></thead>
        <tbody>
        {{#rows}}
        <tr><th scope="row">{{name}}</th>{{#cells}}<td>{{#marks}}<a class="mark {{kind}}" href="#{{anchor}}">{{sign}}{{count}}<span class="sr"> {{words}}</span></a> {{/marks}}</td>{{/cells}}</tr>
        {{/rows}}
        </tbody>
        </table>
        </div>
        {{/labs}}
        """#

    static let distributions = #"""
        {{#note}}<p class="note">{{.}}</p>{{/note}}
        <div class="scroll" role="region" aria-label="Figures" tabindex="0">
        <table class="figures wide">
        <thead><tr><th scope="col">Case</th><th scope="col">Figure</th><th scope="col" class="n">Median</th><th scope="col">Unit</th><th scope="col" class="n">Boots</th><th scope="col" class="n">Samples</th><th scope="col" class="n">Min</th><th scope="col">By boot</th><th scope="col" class="n">Max</th></tr></thead>
        <tbody>
        {{#rows}}
        <tr><th scope="row">{{#name}}<a href="#{{anchor}}">{{.}}</a>{{/name}}{{^name}}<span class="sr">{{id}}</span>{{/name}}</th><td><code>{{figure}}</code></td><td class="n">{{median}}</td><td>{{unit}}</td><td class="n">{{boots}}</td><td class="n">{{samples}}</td><td class="n">{{min}}</td><td>{{{picture}}}</td><td class="n">{{max}}</td></tr>
        {{/rows}}
        </tbody>
        </table>
        </div>
        """#

    static let history = #"""
        {{#note}}<p class="note">{{.}}</p>{{/note}}
        {{#figures}}
        <figure>
        <figcaption><code>{{id}}</code>: <code>{{figure}}</code>{{#unit}}, {{.}}{{/unit}}{{#baseline}}; dashed: baseline {{.}}{{/baseline}}{{#changes}}; {{.}}{{/changes}}</figcaption>
        <div class="scroll" role="region" aria-label="Plot of {{figure}} of {{id}}" tabindex="0">
        {{{picture}}}
        </div>
        <details><summary>Numbers</summary>
        <table>
        <thead><tr><th scope="col">Run</th><th scope="col">Began</th><th scope="col" class="n">Median</th><th scope="col" class="n">Low</th><th scope="col" class="n">High</th><th scope="col">Note</th></tr></thead>
        <tbody>
        {{#points}}
        <tr><th scope="row">{{run}}</th><td><code>{{date}}</code></td><td class="n">{{median}}</td><td class="n">{{low}}</td><td class="n">{{high}}</td><td>{{note}}</td></tr>
        {{/points}}
        </tbody>
        </table>
        </details>
        </figure>
        {{/figures}}
        """#

    static let environment = #"""
        <div class="scroll" role="region" aria-label="Environment" tabindex="0">
        <table>
        <caption>{{caption}}</caption>
        <thead><tr><th scope="col">Field</th>{{#columns}}<th scope="col">{{.}}</th>{{/columns}}{{#several}}<th scope="col">Note</th>{{/several}}</tr></thead>
        {{#parts}}
        <tbody>
        <tr><th scope="rowgroup" colspan="{{width}}" class="part">{{title}}</th></tr>
        {{#rows}}
        <tr{{#differs}} class="differs"{{/differs}}><th scope="row">{{name}}</th>{{#values}}<td><code>{{.}}</code></td>{{/values}}{{#several}}<td>{{#differs}}differs{{/differs}}</td>{{/several}}</tr>
        {{/rows}}
        </tbody>
        {{/parts}}
        </table>
        </div>
        """#

    static let timeline = #"""
        <p class="note">Low bars passed, tall ones did not; hollow ones could not be judged. Hatched is booting. Time runs from the beginning of the run.</p>
        <div class="scroll" role="region" aria-label="Timeline" tabindex="0">
        {{{picture}}}
        </div>
        """#

    static let reproduction = #"""
        <dl class="again">
        {{#rows}}
        <dt>{{what}}</dt><dd><pre class="cmd">{{command}}</pre></dd>
        {{/rows}}
        </dl>
        """#
}
