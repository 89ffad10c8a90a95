namespace Criterion.Formats;

/// <summary>The selection of tensors by name, for every format of named tensors.</summary>
internal static class TensorNames
{
    /// <summary>Returns whether a tensor is selected: every one by default.</summary>
    public static bool Selects(this Func<string, bool>? names, string name) => names is null || names(name);
}
