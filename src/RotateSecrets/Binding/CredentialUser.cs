using System.Runtime.CompilerServices;
using RotateSecrets.Secrets;

namespace RotateSecrets.Binding;

/// <summary>Remembers the user name that a value came with, where it was a PSCredential's password.</summary>
internal static class CredentialUser
{
    private static readonly ConditionalWeakTable<SecretValue, string> Users = [];

    public static SecretValue Remember(SecretValue value, string user)
    {
        Users.Add(value, user);
        return value;
    }

    /// <summary>The user name; null where there was none.</summary>
    public static string? Of(SecretValue value) => Users.TryGetValue(value, out var user) ? user : null;
}
