using System.Text.Json.Nodes;

namespace RotateSecrets.Peers.Vault.Engines;

/// <summary>A secrets engine at its mount.</summary>
internal interface IEngine
{
    string Type { get; }

    JsonObject? Options { get; }

    /// <summary>Answers a question about a path inside the mount.</summary>
    VaultAnswer Answer(VaultQuestion question, string path);

    /// <summary>Whether a write there would be an update.</summary>
    bool Exists(string path);
}
