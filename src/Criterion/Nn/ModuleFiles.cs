using Criterion.Formats;

namespace Criterion.Nn;

/// <summary>Saves the state of modules to files and loads it.</summary>
/// <example><code>
/// net.Save("net.safetensors");
/// Sequential copy = new Sequential(new Linear(784, 10)).Load("net.safetensors").Eval();
/// </code></example>
public static class ModuleFiles
{
    /// <summary>
    /// Writes parameters and buffers to a <c>.safetensors</c> file, atomically: after a failure there is no partial file.
    /// </summary>
    /// <param name="module">The module.</param>
    /// <param name="path">The file.</param>
    /// <param name="overwrite">Whether an existing file is replaced. Default: false.</param>
    /// <exception cref="IOException">The file exists and must not be overwritten, or it cannot be written.</exception>
    public static void Save(this Module module, string path, bool overwrite = false)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.CheckNew(path, overwrite, module.GetType().Name);
        Safetensors.Write(path, module.StateDict());
    }

    /// <summary>
    /// Loads parameters and buffers from a <c>.safetensors</c> file, or from a <c>.pth</c> file that PyTorch wrote with
    /// <c>torch.save(model.state_dict(), path)</c>; which of the two is read from its content.
    /// </summary>
    /// <param name="module">The module.</param>
    /// <param name="path">The file.</param>
    /// <param name="strict">Whether a missing or unexpected name throws; a wrong shape always throws. Default: true.</param>
    /// <returns>The module.</returns>
    /// <exception cref="DataFormatException">The file has neither format, or is damaged.</exception>
    /// <exception cref="StateDictException">Names or shapes do not match; nothing was changed.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static T Load<T>(this T module, string path, bool strict = true)
        where T : Module
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentException.ThrowIfNullOrEmpty(path);
        module.LoadStateDict(IsFromTorch(path) ? Pth.Read(path) : Safetensors.Read(path).Tensors, strict);
        return module;
    }

    /// <summary>Returns whether a file is a zip archive or a pickle, and not a length before a JSON object.</summary>
    static bool IsFromTorch(string path)
    {
        const int lengthBytes = 8;
        const byte pickle = 0x80;
        Span<byte> start = stackalloc byte[lengthBytes + 1];
        using FileStream stream = File.OpenRead(path);
        int read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return read == start.Length && start[lengthBytes] != '{' && (start.StartsWith("PK"u8) || start[0] == pickle);
    }
}
