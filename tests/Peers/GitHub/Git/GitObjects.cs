using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace RotateSecrets.Peers.GitHub.Git;

/// <summary>An object of git.</summary>
/// <param name="Type">Its type: blob, tree, commit.</param>
public abstract record GitObject(string Type)
{
    /// <summary>Its bytes, as git hashes them.</summary>
    public abstract byte[] Bytes { get; }

    /// <summary>Its name.</summary>
    public string Hash()
    {
        var bytes = Bytes;
#pragma warning disable CA5350 // Git names objects by SHA-1.
        return Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Type} {bytes.Length}\0")), .. bytes]));
#pragma warning restore CA5350
    }
}

/// <summary>The content of a file.</summary>
public sealed record Blob(byte[] Content) : GitObject("blob")
{
    public override byte[] Bytes => Content;
}

/// <summary>An entry of a tree.</summary>
/// <param name="Mode">Its mode: 100644, 100755, 040000, 120000.</param>
/// <param name="Type">Its type: blob or tree.</param>
/// <param name="Sha">The object.</param>
public sealed record TreeEntry(string Mode, string Type, string Sha);

/// <summary>A folder.</summary>
public sealed record Tree(IReadOnlyList<(string Name, TreeEntry Entry)> Entries) : GitObject("tree")
{
    public override byte[] Bytes =>
        [.. Entries.SelectMany(static one => (byte[])[.. Encoding.UTF8.GetBytes($"{one.Entry.Mode.TrimStart('0')} {one.Name}\0"), .. Convert.FromHexString(one.Entry.Sha)])];
}

/// <summary>A commit.</summary>
public sealed record Commit(string Tree, IReadOnlyList<string> Parents, string Message, string Author, string Email, DateTimeOffset At) : GitObject("commit")
{
    public override byte[] Bytes
    {
        get
        {
            var who = string.Create(CultureInfo.InvariantCulture, $"{Author} <{Email}> {At.ToUnixTimeSeconds()} +0000");
            return Encoding.UTF8.GetBytes($"tree {Tree}\n{string.Concat(Parents.Select(static parent => $"parent {parent}\n"))}author {who}\ncommitter {who}\n\n{Message}");
        }
    }
}
