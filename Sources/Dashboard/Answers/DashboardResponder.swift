import HTTPTypes
import Hummingbird
import Support

/// Answers requests: lets in who may come in, finds the page, and says so if there is none.
struct DashboardResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    let gate: Gate
    let pages: Pages

    init(_ settings: DashboardSettings, isOpen: Bool) {
        gate = Gate(token: settings.token, isOpen: isOpen)
        pages = Pages(settings)
    }

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        let response = await respond(to: request.head)
        return request.head.method == .head ? response.createHeadResponse() : response
    }

    func respond(to head: HTTPRequest) async -> Response {
        switch gate.decide(head) {
        case .refused(let status, let text): return Response(refusing: status, text)
        case .welcome(let location, let cookie):
            var response = Response(.elsewhere(location))
            response.headers[.setCookie] = cookie
            return response
        case .passed: break
        }
        guard let target = Target(head.path ?? "") else { return Response(Self.trouble(.badRequest, Self.unreadable)) }
        do {
            let pages = pages
            let answer = try await Blocking.run { try pages.answer(target) }
            return Response(answer, isAlive: target.query["follow"] != nil)
        } catch let error as DashboardError where error.code == .absent {
            return Response(Self.trouble(.notFound, error))
        } catch {
            return Response(Self.trouble(.internalServerError, error))
        }
    }

    private static let unreadable = DashboardError.absent("this address makes no sense")

    private static func trouble(_ status: HTTPResponse.Status, _ error: any Error) -> Answer {
        let title = status == .notFound || status == .badRequest ? "There is no such page" : "This cannot be shown"
        // Even the page that says so might not be made.
        let html = (try? TroublePage(title: title, error).html()) ?? title
        return .page(html, status: status)
    }
}
