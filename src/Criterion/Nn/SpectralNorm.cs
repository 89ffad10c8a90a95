namespace Criterion.Nn;

/// <summary>
/// A layer with its weight divided by its largest singular value σ, estimated by power iteration (Miyato et al., 2018). The
/// twin of <c>torch.nn.utils.spectral_norm</c>.
/// </summary>
/// <remarks>
/// σ = uᵀ · W · v for the weight as a matrix W [outputs, rest]. Each forward call while training takes one step (v ← Wᵀu/|Wᵀu|,
/// u ← Wv/|Wv|); evaluation leaves u and v alone. They count as constants in gradients. In the state the weight is called
/// <c>weight_orig</c>, beside <c>weight_u</c> and <c>weight_v</c>.
/// </remarks>
public sealed class SpectralNorm : Module
{
    readonly WeightedModule _layer;
    readonly Tensor _u;
    readonly Tensor _v;
    readonly int _iterations;
    readonly double _epsilon;

    /// <summary>Wraps a layer, whose parameters become this module's.</summary>
    /// <param name="layer">A <see cref="Linear"/>, <see cref="Conv2d"/> or <see cref="ConvTranspose2d"/>; use it only through this.</param>
    /// <param name="iterations">Power iterations for each training forward; 1.</param>
    /// <param name="epsilon">The least norm to divide by; 1e-12.</param>
    /// <param name="random">The stream from which u and v are drawn; <see cref="RandomStream.Default"/> if not given.</param>
    /// <exception cref="ArgumentOutOfRangeException">The iterations are below 1, or ε is negative.</exception>
    public SpectralNorm(WeightedModule layer, int iterations = 1, double epsilon = 1e-12, RandomStream? random = null)
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, 1);
        (_layer, _iterations, _epsilon) = (layer, iterations, NormOptions.CheckEpsilon("SpectralNorm", epsilon));
        if (layer.Bias is { } bias)
        {
            Parameter("bias", bias);
        }

        Tensor weight = Parameter("weight_orig", layer.Weight);
        int outputs = weight.Shape[layer.OutputDim];
        _u = Buffer("weight_u", Unit(Tensor.Randn([outputs], weight.DType, random)));
        _v = Buffer("weight_v", Unit(Tensor.Randn([weight.Count / outputs], weight.DType, random)));
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        Tensor weight = _layer.Weight;
        Tensor matrix = weight.Transpose(0, _layer.OutputDim).Reshape(_u.Count, _v.Count);
        (Tensor u, Tensor v) = IsTraining ? Iterate(matrix.Detach()) : (_u.Clone(), _v.Clone());
        return _layer.Apply(input, weight / u.Dot(matrix.MatMul(v)));
    }

    // The graph gets vectors of its own, so that a second forward call before the backward pass does not change them.
    (Tensor U, Tensor V) Iterate(Tensor matrix)
    {
        (Tensor u, Tensor v) = (_u, _v);
        for (int i = 0; i < _iterations; i++)
        {
            v = Unit(matrix.Transpose().MatMul(u));
            u = Unit(matrix.MatMul(v));
        }

        _u.CopyFrom(u);
        _v.CopyFrom(v);
        return (u, v);
    }

    Tensor Unit(Tensor x) => x / Math.Max(x.Norm().Item(), _epsilon);
}
