using System.Runtime.CompilerServices;
using System.Text;
using RotateSecrets.Aws.Store;
using RotateSecrets.Consumers;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Aws.Files;

/// <summary>
/// Finds files on disk that name a secret: configuration of applications, environment files, task definitions, templates. Each file is a consumer, and each place a reference.
/// What runs by a file isn't known here, so nothing acts on it: a plan leaves it out by name, or isn't begun.
/// </summary>
/// <param name="store">The store's name.</param>
/// <param name="account">The store's account; null where it isn't known.</param>
/// <param name="paths">Files, and folders that are searched with all that is in them.</param>
/// <param name="pattern">What names a secret.</param>
internal sealed class FileConsumerSource(string store, string? account, IReadOnlyList<string> paths, MentionPattern pattern) : IConsumerSource
{
    // What is longer is no configuration, and would be held in memory where it has but one line.
    private const int Longest = 64 << 20;

    /// <inheritdoc/>
    public string Name => string.Join(", ", paths);

    /// <inheritdoc/>
    public async IAsyncEnumerable<Outcome<Consumer>> FindAsync(SecretAddress? address, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (address is not null && !address.Store.Equals(store, StringComparison.OrdinalIgnoreCase))
        {
            yield break;
        }

        foreach (var path in paths)
        {
            var scope = Directory.Exists(path) ? path : Path.GetDirectoryName(path)!;
            foreach (var listed in SearchedFolder.FilesOf(path))
            {
                if (!listed.Succeeded(out var file, out var failure)
                    || !(await ReadAsync(file, Path.GetRelativePath(scope, file), address, cancellation)).Succeeded(out var found, out failure))
                {
                    yield return failure;
                    continue;
                }

                foreach (var references in found.GroupBy(static one => one.Address, static one => one.Reference))
                {
                    yield return new Consumer("File", Path.GetRelativePath(scope, file), scope, references.Key, [.. references]);
                }
            }
        }
    }

    private async Task<Outcome<IReadOnlyList<(SecretAddress Address, ConsumerReference Reference)>>> ReadAsync(
        string file, string name, SecretAddress? address, CancellationToken cancellation)
    {
        try
        {
            await using var stream = new FileStream(file, new FileStreamOptions { Share = FileShare.ReadWrite | FileShare.Delete, Options = FileOptions.SequentialScan | FileOptions.Asynchronous });
            if (await IsBinaryAsync(stream, cancellation))
            {
                return Outcome.Of<IReadOnlyList<(SecretAddress, ConsumerReference)>>([]);
            }

            return stream.Length > Longest
                ? new Failure(FailureCode.DocumentInvalid, file, $"{file} is larger than {Longest >> 20} MiB and was not searched.") { Remedy = "Name the folders of configuration alone." }
                : Outcome.Of<IReadOnlyList<(SecretAddress, ConsumerReference)>>(await MentionsAsync(stream, name, address, cancellation));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Failure(FailureCode.FileNotFound, file, $"{file} can't be read ({e.GetType().Name}), so nobody knows whether it names the secret.");
        }
    }

    private async Task<List<(SecretAddress Address, ConsumerReference Reference)>> MentionsAsync(
        FileStream stream, string name, SecretAddress? address, CancellationToken cancellation)
    {
        var found = new List<(SecretAddress, ConsumerReference)>();
        var wanted = address is null ? null : SecretName.Of(address.Path);
        var owner = address is null ? account : SecretName.AccountOf(address.Path) ?? account;
        using var reader = new StreamReader(stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
        for (var number = 1; await reader.ReadLineAsync(cancellation) is { } line; number++)
        {
            foreach (var mention in pattern.Find(line, wanted, owner))
            {
                if ((address?.Field is null || mention.Field is null || mention.Field == address.Field)
                    && (address ?? (SecretAddress.TryCreate(store, mention.Name, mention.Field).Succeeded(out var named, out _) ? named : null)) is { } secret)
                {
                    found.Add((secret, mention.Reference(FormattableString.Invariant($"{name}:{number}"))));
                }
            }
        }

        return found;
    }

    // As git tells: text has no zero byte early on, unless it says that it is UTF-16.
    private static async Task<bool> IsBinaryAsync(FileStream stream, CancellationToken cancellation)
    {
        var head = new byte[8000];
        var length = await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellation);
        stream.Position = 0;
        return head is not ([0xff, 0xfe, ..] or [0xfe, 0xff, ..]) && head.AsSpan(0, length).Contains((byte)0);
    }
}
