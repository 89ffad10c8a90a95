using Criterion.Formulas;
using Criterion.Memory;

namespace Criterion;

/// <summary>The gradient of a leaf: its memory outlives the scope in which it was computed and is used again once it is cleared.</summary>
internal static class LeafGradient
{
    /// <summary>Adds to the gradient of a leaf, in place where no other tensor can share its memory.</summary>
    /// <param name="leaf">The leaf.</param>
    /// <param name="part">What is added.</param>
    /// <param name="isExclusive">Whether no other tensor of the pass or of the user can have the memory of <paramref name="part"/>.</param>
    public static void Add(Tensor leaf, Tensor part, bool isExclusive)
    {
        switch (leaf.Grad)
        {
            case null:
                leaf.Grad = Own(part, isExclusive);
                break;
            case { Storage: { State: StorageState.Gradient, IsSaved: false } } sum when !Autograd.Enabled:
                TensorFormula.Update(default(Add), sum, part);
                break;
            case var before:
                leaf.Grad = Own(before + part, isExclusive: true);
                Reuse(before);
                break;
        }
    }

    /// <summary>Clears the gradient of a leaf; inside a scope its memory is used again.</summary>
    public static void Clear(Tensor leaf)
    {
        if (leaf.Grad is { } gradient)
        {
            Reuse(gradient);
            leaf.Grad = null;
        }
    }

    /// <summary>Returns the gradient as a leaf keeps it: in separate memory that no scope releases.</summary>
    static Tensor Own(Tensor gradient, bool isExclusive)
    {
        Storage storage = gradient.Storage;
        bool isWhole = gradient.IsContiguous && gradient.Count == storage.Length;
        bool isFree = storage is { IsSaved: false, State: not StorageState.Gradient } && storage.Scope == MemoryScope.Current;
        Tensor own = isExclusive && isWhole && isFree ? gradient : gradient.Clone();
        own.Storage.Keep(asGradient: true);
        return own;
    }

    static void Reuse(Tensor gradient)
    {
        if (gradient.Storage.State == StorageState.Gradient && MemoryScope.Current is { } scope)
        {
            gradient.Storage.Adopt(scope);
        }
    }
}
