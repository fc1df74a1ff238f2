import Commands

@main
enum Main {
    static func main() async {
        await PopcornLab.start()
    }
}
