namespace Criterion.Memory;

/// <summary>The causes of a release.</summary>
internal enum ReleaseCause : byte
{
    /// <summary>Of a release that is too long ago to be remembered.</summary>
    Unknown,

    /// <summary>The scope that owned the memory ended.</summary>
    ScopeEnded,

    /// <summary>A module inside another one had read its input, which no gradient needs.</summary>
    ModuleReturned,

    /// <summary>The backward pass had computed the last gradient that reads an activation.</summary>
    GradientsComputed,

    /// <summary>The backward pass had passed an intermediate gradient on.</summary>
    GradientPassedOn,
}

/// <summary>The causes of the last releases of a storage, whose object serves many tensors one after another.</summary>
internal struct ReleaseHistory
{
    const int Bits = 4;

    ulong _causes;
    object? _lastBy;

    /// <param name="cause">The cause.</param>
    /// <param name="by">The operation, or the type of the module; null for a scope.</param>
    public void Add(ReleaseCause cause, object? by) => (_causes, _lastBy) = ((_causes << Bits) | (ulong)cause, by);

    /// <summary>Describes a release and how to avoid it.</summary>
    /// <param name="age">1 for the last release, 2 for the one before.</param>
    public readonly string Describe(int age)
    {
        int shift = Bits * (age - 1);
        ReleaseCause cause = shift is >= 0 and < 64 ? (ReleaseCause)((_causes >> shift) & 0xF) : ReleaseCause.Unknown;
        string by = age != 1 ? "" : _lastBy switch
        {
            Type module => $" '{module.Name}'",
            string operation => $" of '{operation}'",
            _ => "",
        };
        return cause switch
        {
            ReleaseCause.ScopeEnded =>
                "was released when its TensorScope ended. Call scope.Keep(tensor) or tensor.Keep() before that; "
                + "create static and cached tensors by TensorScope.Outside.",
            ReleaseCause.ModuleReturned =>
                $"was released when the module{by} that read it had returned, because it is passed between the modules of a Sequential or "
                + "Residual and no gradient reads it. Call tensor.Keep() in the module that uses it later.",
            ReleaseCause.GradientsComputed =>
                $"was released by Backward, which had computed the gradient{by}, the last one that reads it. "
                + "Pass retainGraph: true to that backward pass, or call tensor.Keep() before it.",
            ReleaseCause.GradientPassedOn =>
                $"was released by Backward when the gradient{by} was computed: it is an intermediate gradient. Call tensor.Keep() in the "
                + "gradient rule, pass retainGraph: true, or compute it by Autograd.Grad.",
            _ => "was released. Call scope.Keep(tensor) or tensor.Keep() before its TensorScope ends.",
        };
    }
}
