using RotateSecrets.Outcomes;

namespace RotateSecrets.Aws.Files;

/// <summary>The files below a folder that may hold configuration. Links to folders aren't followed, and neither the history of a repository nor installed packages are looked into.</summary>
internal static class SearchedFolder
{
    private static readonly HashSet<string> PassedOver = new([".git", "node_modules"], StringComparer.Ordinal);

    /// <summary>Lists the files; a folder that can't be read is a failure, and the others are listed.</summary>
    /// <param name="path">A folder, or one file.</param>
    public static IEnumerable<Outcome<string>> FilesOf(string path)
    {
        if (File.Exists(path))
        {
            yield return path;
            yield break;
        }

        var folders = new Stack<string>([path]);
        while (folders.TryPop(out var folder))
        {
            if (!List(folder).Succeeded(out var entries, out var failure))
            {
                yield return failure;
                continue;
            }

            foreach (var entry in entries)
            {
                switch (entry)
                {
                    case DirectoryInfo { LinkTarget: null } inner when !PassedOver.Contains(inner.Name):
                        folders.Push(inner.FullName);
                        break;
                    case FileInfo file when IsRegular(file):
                        yield return file.FullName;
                        break;
                }
            }
        }
    }

    // Pipes and devices have no length, and reading them might not end.
    private static bool IsRegular(FileInfo file)
    {
        try
        {
            return (file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true)) is FileInfo { Exists: true, Length: > 0 };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A link that leads nowhere, or in a circle.
            return false;
        }
    }

    private static Outcome<IReadOnlyList<FileSystemInfo>> List(string folder)
    {
        try
        {
            return new DirectoryInfo(folder).GetFileSystemInfos().OrderBy(static entry => entry.Name, StringComparer.Ordinal).ToList();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Failure(FailureCode.FileNotFound, folder, $"The folder {folder} can't be read ({e.GetType().Name}), so nobody knows whether it names the secret.");
        }
    }
}
