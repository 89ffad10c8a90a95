namespace Criterion.Formats;

/// <summary>The two ways in which PyTorch puts a pickle and its storages into a file.</summary>
internal abstract class PthContainer(ByteSource source)
{
    /// <summary>The file.</summary>
    public ByteSource Source { get; } = source;

    /// <summary>What was saved, with tensors that are only described.</summary>
    public abstract object? Root { get; }

    /// <summary>Reads the numbers of these storages, each as one long row; the others are left where they are.</summary>
    /// <exception cref="DataFormatException">One is not there or of another length than the pickle says.</exception>
    public abstract IReadOnlyDictionary<PthStorage, Tensor> Load(IReadOnlySet<PthStorage> wanted);

    /// <summary>A row of <paramref name="storage"/>'s length, once it is clear that its numbers are there.</summary>
    protected static Tensor Read(ByteSource source, PthStorage storage, bool bigEndian)
    {
        string what = $"storage '{storage.Key}'";
        return storage.Type.Stored!.Read(source, source.Shape([storage.Count], what), what, bigEndian);
    }
}
