import Report
import Results

/// What is in a directory of a run.
struct FolderPage {
    var run: String
    /// Below the run's directory.
    var path: [String]
    var entries: [FolderEntry]
    /// Whether nodes recorded what a trace can be made of.
    var hasTrace: Bool

    /// Files that a browser had better not show from their beginning.
    private static let long: Int64 = 1 << 20

    func html() throws -> String {
        let folder = path.joined(separator: "/")
        let above = path.dropLast().joined(separator: "/")
        let body = try PageTemplate(Self.template).text([
            "above": path.isEmpty ? false : Address.file(run, above.isEmpty ? "" : above + "/"),
            "trace": hasTrace
                ? ["open": Address.trace(run, folder: folder), "file": Address.traceFile(run, folder: folder)] : false,
            "rows": entries.map { entry in
                let href = Address.file(run, (path + [entry.name]).joined(separator: "/") + (entry.isFolder ? "/" : ""))
                return [
                    "name": entry.name + (entry.isFolder ? "/" : ""), "href": href,
                    "size": entry.isFolder ? "" : CaseFiles.size(Int(entry.size)),
                    "modified": DecimalText.utc(entry.modified),
                    "end": !entry.isFolder && entry.size > Self.long ? href + "?last=65536" : false,
                ]
            }, "isEmpty": entries.isEmpty,
        ])
        return try PageFrame(
            title: folder.isEmpty ? "Files of \(run)" : folder, heading: nil,
            lead: folder.isEmpty ? nil : "in run \(run)",
            links: [.run(run)], body: body
        ).html()
    }

    private static let template = #"""
        {{#trace}}<p class="bar-of-actions">Trace: <a href="{{open}}">open in Perfetto</a> <a href="{{file}}">download</a></p>{{/trace}}
        <table>
        <thead><tr><th scope="col">Name</th><th scope="col" class="n">Size</th><th scope="col">Written</th><th scope="col"><span class="sr">More</span></th></tr></thead>
        <tbody>
        {{#above}}<tr><th scope="row"><a href="{{.}}">..</a></th><td></td><td></td><td></td></tr>{{/above}}
        {{#rows}}
        <tr><th scope="row"><a href="{{href}}">{{name}}</a></th><td class="n">{{size}}</td><td><code>{{modified}}</code></td><td>{{#end}}<a href="{{.}}">its end</a>{{/end}}</td></tr>
        {{/rows}}
        </tbody>
        </table>
        {{#isEmpty}}<p class="note">Nothing is in it.</p>{{/isEmpty}}
        """#
}
