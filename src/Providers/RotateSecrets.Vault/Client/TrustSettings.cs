namespace RotateSecrets.Vault.Client;

/// <summary>Which certificates count. Of the authorities, the first that is given does: the file, the text, the folder; where none is, the system's.</summary>
internal sealed record TrustSettings
{
    /// <summary>The variable that holds <see cref="CaText"/>.</summary>
    public const string CaVariable = "VAULT_CACERT_BYTES";

    /// <summary>A PEM file of authorities.</summary>
    public string? CaFile { get; init; }

    /// <summary>Authorities in PEM form.</summary>
    public string? CaText { get; init; }

    /// <summary>A folder of such files.</summary>
    public string? CaFolder { get; init; }

    /// <summary>A PEM file with the client's certificate.</summary>
    public string? Certificate { get; init; }

    /// <summary>A PEM file with its key; null where it is in the same file.</summary>
    public string? Key { get; init; }

    /// <summary>The name that the server's certificate must have; null for the address's.</summary>
    public string? ServerName { get; init; }

    /// <summary>Whether any certificate of the server's will do.</summary>
    public bool SkipsCheck { get; init; }
}
