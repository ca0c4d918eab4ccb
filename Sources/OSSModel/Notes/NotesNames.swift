/// Hosts, buckets, objects, channels, and the operation that a request is.
extension CatalogueNote {
    static let names: [CatalogueNote] = [
        CatalogueNote(
            .invalidBucketName, .head, ["invalid-bucket-name"],
            when: """
                The bucket in Host or in the first segment of the path is not 3 to 63 bytes of a-z, 0-9 \
                and hyphen with a letter or digit at both ends. Case counts.
                """,
            mend: """
                Use a legal bucket name. If the name came out of Host by mistake, list your domain in \
                `domains` or `cnames`, or let the SDK use path style.
                """),
        CatalogueNote(
            .invalidObjectNameEmpty, .head, ["object-name-empty"],
            when: """
                The query asks for something of an object (`append`, `symlink`, `partNumber`, \
                `uploadId`, ...) but the path has no key, or the form field `key` is empty.
                """,
            mend: """
                Put the object's key into the path, or into the form field `key`. Look for a variable \
                that was empty when the URL was built.
                """),
        CatalogueNote(
            .invalidObjectNameLength, .head, ["invalid-object-name"],
            when: """
                The key is longer than 1023 bytes of UTF-8 after percent-decoding; in a form, after \
                `${filename}` is replaced.
                """,
            mend: "Shorten the key. Count bytes, not characters: a Chinese character is three."),
        CatalogueNote(
            .invalidObjectNameInvalid, .head, ["invalid-object-name"],
            when: "The key begins with a slash or backslash, or is not UTF-8.",
            mend: """
                Drop the leading slash: `dir/name`, not `/dir/name`. Percent-encode the UTF-8 form of \
                other characters, not that of a legacy code page.
                """),
        CatalogueNote(
            .tooManyBuckets, .service, [],
            when: "The account owns as many buckets as it may (100 in a region).",
            mend: """
                Delete buckets that are not needed, or ask the vendor for a larger quota. Prefixes in \
                one bucket often do as well.
                """),
        CatalogueNote(
            .methodNotAllowed, .head, ["method-not-allowed", "operation-unknown"],
            when: """
                The method is none of GET, HEAD, PUT, POST, DELETE and OPTIONS, or no operation has this \
                method with this sub-resource.
                """,
            mend: """
                Check method and query against the API reference; `Allow` lists the methods. A misspelt \
                sub-resource (`?uploadid`) leads here as well.
                """),
        CatalogueNote(
            .nonStandardHost, .head, ["non-standard-host"],
            when: """
                Host is neither an endpoint of the vendor nor listed in the configuration, nor \
                `localhost` or an address.
                """,
            mend: """
                List the host in `cnames` with its bucket, or its suffix in `domains`. Clients that \
                should use the vendor's name: correct their endpoint.
                """),
        CatalogueNote(
            .secondLevelDomain, .head, ["second-level-domain"],
            when: "The bucket is in the path, and `pathStyle` is false.",
            mend: """
                Address the bucket as `bucket.endpoint`, or set `pathStyle` to true for clients that \
                cannot.
                """),
        CatalogueNote(
            .virtualHostedRequired, .service, [],
            when: "The endpoint takes no bucket in the path.",
            mend: "Address the bucket as `bucket.endpoint`; SDKs do unless path style is switched on."),
        CatalogueNote(
            .invalidHostPutBucket, .head, ["invalid-host-put-bucket"],
            when: "A bucket is created through a custom domain, which stands for a bucket already.",
            mend: """
                Create buckets through the endpoint of a region, such as \
                `bucket.oss-cn-hangzhou.aliyuncs.com`.
                """),
        CatalogueNote(
            .hostIPInvalid, .head, ["host-ip-invalid", "callback-url"],
            when: """
                Host, or the host of a `callbackUrl`, has the form of an IPv4 address with a number \
                above 255.
                """,
            mend: "Correct the address; each of the four numbers is 0 to 255."),
        CatalogueNote(
            .channelNameLength, .head, ["invalid-channel-name"],
            when: "The name of a live channel has 64 bytes or more.",
            mend: "Shorten the name of the channel to 63 bytes."),
        CatalogueNote(
            .channelNameEmpty, .head, ["channel-name-empty"],
            when: "An operation on a live channel has no name of a channel in its path.",
            mend: """
                Put the channel's name into the path: `/channel?live`. Only the listing of channels goes \
                without.
                """),
        CatalogueNote(
            .channelNameEncoding, .head, ["invalid-channel-name"],
            when: "The name of a live channel is not UTF-8 after percent-decoding.",
            mend: "Percent-encode the UTF-8 form of the name."),
        CatalogueNote(
            .channelNameSlash, .head, ["invalid-channel-name"],
            when: "The name of a live channel has a slash or a backslash.",
            mend: "Use a name without slashes. Only playlists follow it after one slash."),
        CatalogueNote(
            .playlistNameSuffix, .head, ["playlist-name-suffix", "xml-live-playlist"],
            when: """
                The name of a playlist does not end with `.m3u8`, is not 6 to 128 bytes long, or has a \
                slash.
                """,
            mend: "Name it such as `playlist.m3u8`."),
        CatalogueNote(
            .playlistTooBig, .service, [],
            when: "A playlist to be processed is larger than 1 MiB.",
            mend: "Ask for a shorter span of time."),
        CatalogueNote(
            .playlistNoTs, .service, [],
            when: "The channel has no segment in the span of time, or a playlist lists none.",
            mend: "Check `startTime` and `endTime`, and that the stream was pushed then."),
        CatalogueNote(
            .playlistMasterHasTs, .service, [],
            when: "A master playlist lists segments beside playlists.",
            mend: "List only playlists in it, and the segments in these."),
        CatalogueNote(
            .versionIDInvalid, .head, ["version-id", "copy-source-format"],
            when: "`versionId` has other characters than letters, digits, `.`, `_` and `-`.",
            mend: "Send the id as the listing of versions gave it, or `null`."),
        CatalogueNote(
            .versionIDEmpty, .head, ["version-id"],
            when: "`versionId` is in the query without a value.",
            mend: "Give a version, or leave the parameter out to mean the current one."),
        CatalogueNote(
            .notImplementedHeader, .head, ["not-implemented-header"],
            when: """
                PutObject has one of If-Match, If-None-Match, If-Modified-Since and If-Unmodified-Since, \
                which the service does not do for it.
                """,
            mend: "Remove the field. To create and never overwrite, send `x-oss-forbid-overwrite: true`."),
        CatalogueNote(
            .operationNotSupported, .service, [],
            when: """
                The object or bucket does not support the operation, such as restoring one that is not \
                archived.
                """,
            mend: "Check the storage class and type of the object first (HeadObject)."),
        CatalogueNote(
            .invalidTargetType, .service, [],
            when: "A symbolic link leads to another symbolic link.",
            mend: "Let the link lead to the object itself."),
        CatalogueNote(
            .notSymlink, .service, [],
            when: "GetSymlink was asked of an object that is no symbolic link.",
            mend: "Read the object with GetObject; HeadObject tells its `x-oss-object-type`."),
        CatalogueNote(
            .externalRedirect, .service, [],
            when: "A website rule redirects to a public address on the default endpoint of a newer bucket.",
            mend: "Use a custom domain for the website."),
        CatalogueNote(
            .responseContentType, .service, [],
            when: "`response-content-type` was given on a bucket where overriding it is switched off.",
            mend: "Set Content-Type on the object, or use a custom domain."),
    ]
}
