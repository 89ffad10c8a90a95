namespace Criterion.Formats;

/// <summary>A file format in which PyTorch stores a pickle and its storages.</summary>
internal abstract class PthContainer(ByteSource source)
{
    /// <summary>Gets the file.</summary>
    public ByteSource Source { get; } = source;

    /// <summary>Gets the saved object, with descriptions of tensors.</summary>
    public abstract object? Root { get; }

    /// <summary>Reads the numbers of these storages, each as one row; others are skipped.</summary>
    /// <exception cref="DataFormatException">A storage is missing, or its length differs from that in the pickle.</exception>
    public abstract IReadOnlyDictionary<PthStorage, Tensor> Load(IReadOnlySet<PthStorage> wanted);

    /// <summary>Reads <paramref name="storage"/> as a row, after checking that its numbers are available.</summary>
    protected static Tensor Read(ByteSource source, PthStorage storage, bool bigEndian)
    {
        string what = $"storage '{storage.Key}'";
        return storage.Type.Stored!.Read(source, source.Shape([storage.Count], what), what, bigEndian);
    }
}
