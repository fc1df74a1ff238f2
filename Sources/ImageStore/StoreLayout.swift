import Debian
import FoundationEssentials
import ISA
import Support

/// Every path in the image cache.
///
///     images/store/ID/{kernel,initramfs,image.json,stamp.json,debug/}
///     images/keys/KEY           symbolic link to ../store/ID
///     images/packages/KEY.json  the packages that a recipe's names stood for when they were resolved last
///     images/headers/KEY/       unpacked kernel headers, for the next compilation of the modules
///     images/symbols/RELEASE-ISA/vmlinux  debug symbols of a kernel of Debian's
///     images/apt/               apt's private root
///     images/tmp/               builds that are under way
///     images/locks/             one lock for each recipe and ISA
///     downloads/SHA256.deb      those of the compiler too
///     downloads.lock            for apt's root and the downloads
struct StoreLayout: Sendable {
    let images: String
    let downloads: String

    init(_ directories: Directories) {
        images = directories.images
        downloads = directories.downloads
    }

    var store: String { images + "/store" }
    var keys: String { images + "/keys" }
    var packages: String { images + "/packages" }
    var headers: String { images + "/headers" }
    var apt: String { images + "/apt" }
    var temporary: String { images + "/tmp" }
    var locks: String { images + "/locks" }

    func symbols(_ release: String, _ isa: ISA) -> String { "\(images)/symbols/\(release)-\(isa.rawValue)/vmlinux" }
    func image(_ id: String) -> String { "\(store)/\(id)" }
    func key(_ key: ImageKey) -> String { "\(keys)/\(key.value)" }
    func lock(_ name: String) -> String { "\(locks)/\(name)" }

    /// Where the headers of these packages are unpacked.
    func headers(_ packages: [DebianPackage], isa: ISA) -> String {
        let digest = SHA256.hex(of: Array(packages.filter(\.isKernelHeaders).map(\.sha256).joined().utf8))
        return "\(headers)/\(isa.rawValue)-\(digest.prefix(16))"
    }

    /// The file with the packages that the names of a recipe stood for.
    func pins(of recipe: ImageRecipe, isa: ISA, host: ISA) throws -> String {
        let inputs = [[isa.rawValue, host.rawValue], recipe.packages[isa], recipe.without]
        return "\(packages)/\(SHA256.hex(of: try JSONEncoder().encode(inputs))).json"
    }

    func create() throws {
        for path in [store, keys, packages, headers, apt, temporary, locks, downloads] {
            try Directories.create(path)
        }
    }

    /// The names in a directory of the cache; none if it does not exist.
    func names(in directory: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).sorted()
    }
}
