namespace Criterion.Nn;

/// <summary>Converts states of spectral normalization by other versions and libraries to the current names.</summary>
internal static class SpectralNormState
{
    const string Original = "weight_orig";
    const string U = "weight_u";
    const string V = "weight_v";

    // PyTorch's parametrization since 1.9, and christiancosgrove/pytorch-spectral-normalization-gan with its copies.
    static readonly (string Old, string Name)[] Names =
    [
        ("parametrizations.weight.original", Original), ("parametrizations.weight.0._u", U), ("parametrizations.weight.0._v", V),
        ("weight_bar", Original),
        ("module.weight_bar", Original), ("module.weight_u", U), ("module.weight_v", V), ("module.bias", "bias"),
    ];

    public static void Translate(string prefix, OrderedDictionary<string, Tensor> state, SpectralNorm norm)
    {
        foreach ((string old, string name) in Names)
        {
            if (!state.ContainsKey(prefix + name) && state.Remove(prefix + old, out Tensor? value))
            {
                state.Add(prefix + name, value);
            }
        }

        if (state.TryGetValue(prefix + Original, out Tensor? original) && state.TryGetValue(prefix + U, out Tensor? u))
        {
            state.Remove(prefix + "weight", out Tensor? divided);
            Solve(prefix, state, norm, original.Detach(), u.Detach(), divided?.Detach());
        }
    }

    /// <summary>
    /// PyTorch before 1.0 saved the divided weight instead of v. Computes v such that uᵀ · W · v is the σ of that division, as PyTorch
    /// does.
    /// </summary>
    static void Solve(string prefix, OrderedDictionary<string, Tensor> state, SpectralNorm norm, Tensor original, Tensor u, Tensor? divided)
    {
        if (state.ContainsKey(prefix + V) || !norm.Fits(original, u))
        {
            return;
        }

        Tensor gradient = norm.Matrix(original.To(DType.Float64)).Transpose().MatMul(u.To(DType.Float64));
        double length = gradient.Norm().Item();
        if (length > 0)
        {
            double sigma = divided is null ? length : Ratio(original, divided);
            state.Add(prefix + V, gradient * (sigma / length / length));
        }
    }

    /// <summary>Computes σ of original = σ · divided.</summary>
    static double Ratio(Tensor original, Tensor divided)
    {
        (Tensor x, Tensor y) = (original.To(DType.Float64).Flatten(), divided.To(DType.Float64).Flatten());
        return x.Dot(y).Item() / y.Dot(y).Item();
    }
}
