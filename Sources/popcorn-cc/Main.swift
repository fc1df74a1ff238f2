import MultiISA
import Support

@main
struct Main {
    static func main() async {
        let environment = Environment.current()
        let status = await Driver(environment: environment).run(Array(ProcessArguments.all.dropFirst()))
        ProcessEnd.now(status)
    }
}
