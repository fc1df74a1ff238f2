extension PageParts {
    /// Groups of cases with the same trouble.
    static let troubles = #"""
        <div class="scroll" role="region" aria-label="{{label}}" tabindex="0">
        <table class="wide">
        <caption>What went wrong, most frequent first</caption>
        <thead><tr><th scope="col" class="n">Cases</th><th scope="col">What is wrong</th><th scope="col">Where</th></tr></thead>
        <tbody>
        {{#rows}}
        <tr><td class="n">{{count}}</td><td><code>{{text}}</code></td><td>{{#links}}<a href="#{{anchor}}"><code>{{id}}</code></a><br>{{/links}}{{#more}}and {{.}} more{{/more}}</td></tr>
        {{/rows}}
        </tbody>
        </table>
        </div>
        """#

    /// A case with all that is known of what went wrong.
    static let article = #"""
        <article class="case {{kind}}" id="{{anchor}}" aria-labelledby="h-{{anchor}}">
        <h3 id="h-{{anchor}}"><a href="{{#page}}{{.}}{{/page}}{{^page}}#{{anchor}}{{/page}}"><code>{{id}}</code></a></h3>
        <p class="head"><strong class="mark {{kind}}">{{sign}} {{words}}</strong> {{headline}}</p>
        <p class="meta">{{#life}}<strong class="life">{{.}}</strong> · {{/life}}{{facts}}</p>
        {{#tries}}
        <details class="try"{{#open}} open{{/open}}>
        <summary>try {{number}}: <span class="mark {{kind}}">{{sign}} {{words}}</span> {{facts}}</summary>
        {{#problems}}
        <p class="problem"><span class="tag">{{kind}}</span> {{text}}</p>
        {{#evidence}}
        <pre class="log">{{.}}</pre>
        {{/evidence}}
        {{/problems}}
        {{#diagnosis}}
        <p class="problem"><span class="tag">diagnosis</span> what the lab looked like then:</p>
        <pre class="log">{{.}}</pre>
        {{/diagnosis}}
        {{#hops}}
        <figure class="scroll" role="region" aria-label="Hops of try {{number}}" tabindex="0"><figcaption>{{label}}</figcaption>
        {{{picture}}}</figure>
        {{/hops}}
        {{#links}}
        <p class="files">{{#first}}Files: {{/first}}<a href="{{href}}"><code>{{name}}</code></a>{{#size}} <span class="size">{{.}}</span>{{/size}}</p>
        {{/links}}
        </details>
        {{/tries}}
        <p class="again"><span class="tag">reproduce</span> <code>{{reproduce}}</code></p>
        </article>

        """#

    /// What is beyond the articles.
    static let beyond = #"""
        <p class="note">{{count}} more are in <a href="#cases">the list of all cases</a>.</p>
        """#

    static let notRun = #"""
        <table>
        <thead><tr><th scope="col" class="n">Cases</th><th scope="col">Why</th></tr></thead>
        <tbody>
        {{#rows}}
        <tr><td class="n">{{count}}</td><td>{{reason}}</td></tr>
        {{/rows}}
        </tbody>
        </table>
        """#

    /// All cases, in one table per program. End tags that HTML does without are left out: there may be 10,000 rows.
    static let allCases = #"""
        {{#groups}}
        <details class="group" id="{{anchor}}"{{#open}} open{{/open}}>
        <summary><code>{{name}}</code> <span class="sums">{{#marks}}<span class="mark {{kind}}">{{sign}} {{count}}<span class="sr"> {{words}}</span></span> {{/marks}}</span></summary>
        <div class="scroll" role="region" aria-label="Cases of {{name}}" tabindex="0">
        <table class="cases wide">
        <thead><tr><th scope="col">Case<th scope="col">Verdict<th scope="col" class="n">Time<th scope="col">What is wrong</thead>
        <tbody>
        {{#rows}}
        <tr{{#id}} id="{{.}}"{{/id}}><th scope="row">{{#href}}<a href="{{.}}">{{name}}</a>{{/href}}{{^href}}{{name}}{{/href}}<td class="{{kind}}">{{sign}} {{words}}<td class="n">{{time}}<td>{{reason}}
        {{/rows}}
        </table>
        </div>
        </details>
        {{/groups}}
        """#
}
