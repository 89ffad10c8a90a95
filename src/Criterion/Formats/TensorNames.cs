namespace Criterion.Formats;

/// <summary>The choice of tensors by their names that every format of named tensors offers.</summary>
internal static class TensorNames
{
    /// <summary>Whether a tensor is to be read: every one if no choice was made.</summary>
    public static bool Selects(this Func<string, bool>? names, string name) => names is null || names(name);
}
