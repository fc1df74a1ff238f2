import Support

final class SFTPClient {
    func end(with error: any Error) {}
}
