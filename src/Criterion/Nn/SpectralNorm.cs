namespace Criterion.Nn;

/// <summary>
/// Spectral normalization: a layer whose weight is divided by its largest singular value σ, estimated by power iteration (Miyato et al.,
/// 2018). PyTorch equivalent: <c>torch.nn.utils.spectral_norm</c>.
/// </summary>
/// <remarks>
/// <para>
/// σ = uᵀ · W · v for the weight as a matrix W [outputs, rest]. Each forward call in training takes one step (v ← Wᵀu/|Wᵀu|, u ← Wv/|Wv|);
/// evaluation does not change u and v. They count as constants in gradients. In the state the weight is named <c>weight_orig</c>, with
/// <c>weight_u</c> and <c>weight_v</c>.
/// </para>
/// <para>
/// If the weight was created or replaced (for example by <see cref="Init"/>, or by a state without u and v) rather than updated by an
/// optimizer, the next forward call in either mode first computes exact u and v. A state with all three is loaded as it is. A weight of
/// zeros is divided by 1. Weights of any size, such as 1e30 or 1e-30, are scaled first.
/// </para>
/// <para>
/// States with the names of <c>torch.nn.utils.parametrizations.spectral_norm</c> (<c>parametrizations.weight.original</c>), of PyTorch
/// before 1.0 (without <c>weight_v</c>) and of the popular implementation before PyTorch's (<c>weight_bar</c>) can be loaded too.
/// </para>
/// </remarks>
public sealed class SpectralNorm : Layer
{
    readonly WeightedModule _layer;
    readonly Tensor _u;
    readonly Tensor _v;
    readonly Lock _refreshing = new();

    // The number of replacements of the weight when u and v were computed; −1 before.
    int _replaced = -1;

    /// <summary>Wraps a layer, whose parameters become this module's.</summary>
    /// <param name="layer">
    /// A <see cref="Linear"/>, <see cref="Conv2d"/> or <see cref="ConvTranspose2d"/>, which must not be used on its own.
    /// </param>
    /// <param name="iterations">The number of power iterations for each forward call in training. Default: 1.</param>
    /// <param name="epsilon">The lower bound of the norms of u and v in denominators; must be 0 or more. Default: 1e-12.</param>
    /// <param name="random">The random stream for u and v of a weight of zeros. Default: <see cref="RandomStream.Default"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The iterations are below 1, or ε is negative.</exception>
    public SpectralNorm(WeightedModule layer, int iterations = 1, double epsilon = 1e-12, RandomStream? random = null)
    {
        ArgumentNullException.ThrowIfNull(layer);
        (_layer, Iterations, Epsilon) = (
            layer, Require.AtLeast(1, iterations, "SpectralNorm"), Require.NonNegative(epsilon, "SpectralNorm"));
        if (layer.Bias is { } bias)
        {
            Parameter("bias", bias);
        }

        Tensor weight = Parameter("weight_orig", layer.Weight);
        int outputs = weight.Shape[layer.OutputDim];
        _u = Buffer("weight_u", Unit(Tensor.Randn([outputs], weight.DType, random)));
        _v = Buffer("weight_v", Unit(Tensor.Randn([weight.Count / outputs], weight.DType, random)));
    }

    /// <summary>Gets the number of power iterations for each forward call in training.</summary>
    public int Iterations { get; }

    /// <summary>Gets the lower bound of the norms of u and v in denominators.</summary>
    public double Epsilon { get; }

    int Replaced => _layer.Weight.Storage.Version - _layer.Weight.Storage.Updates;

    /// <inheritdoc/>
    protected override string Description =>
        OptionText.Of([_layer.GetType().Name], ("iterations", Iterations, 1), ("epsilon", Epsilon, 1e-12));

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => _layer.Apply(input, Normalized());

    /// <inheritdoc/>
    protected internal override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return _layer.ToOnnx(graph, input, graph.Weight(Normalized(), "weight"));
    }

    /// <summary>Returns the weight divided by its σ, after the power iterations of training.</summary>
    Tensor Normalized()
    {
        Tensor weight = _layer.Weight;
        double scale = Scale(weight);
        if (scale == 0)
        {
            return weight;
        }

        bool isFinite = !double.IsNaN(scale);
        if (isFinite)
        {
            Refresh(scale);
        }

        Tensor scaled = scale == 1 || !isFinite ? weight : weight / scale;
        Tensor matrix = Matrix(scaled);
        (Tensor u, Tensor v) = IsTraining && isFinite ? Iterate(matrix.Detach()) : (_u.Clone(), _v.Clone());
        return scaled / u.Dot(matrix.MatMul(v));
    }

    private protected override void PrepareState()
    {
        double scale = Scale(_layer.Weight);
        if (scale > 0)
        {
            Refresh(scale);
        }
    }

    private protected override void Translate(string prefix, OrderedDictionary<string, Tensor> state) =>
        SpectralNormState.Translate(prefix, state, this);

    private protected override void AfterLoad(Predicate<string> wasLoaded)
    {
        if (wasLoaded("weight_orig") && wasLoaded("weight_u") && wasLoaded("weight_v"))
        {
            _replaced = Replaced;
        }
    }

    // The converted weight is the same matrix, rounded: u and v stay its singular vectors.
    private protected override void AfterConvert()
    {
        if (_replaced >= 0)
        {
            _replaced = Replaced;
        }
    }

    /// <summary>Reshapes a weight [outputs, inputs, ..], or [inputs, outputs, ..], to [outputs, rest].</summary>
    internal Tensor Matrix(Tensor weight) => weight.Transpose(0, _layer.OutputDim).Reshape(_u.Count, _v.Count);

    /// <summary>Returns whether a weight and a vector u have this layer's shapes.</summary>
    internal bool Fits(Tensor weight, Tensor u) => weight.Shape == _layer.Weight.Shape && u.Shape == _u.Shape;

    /// <summary>
    /// Returns the divisor of a weight before it is multiplied: 1 for ordinary sizes, 0 for zeros, NaN where it is not finite.
    /// </summary>
    static double Scale(Tensor weight)
    {
        const double least = 1e-16;
        const double largest = 1e16;
        if (TensorFormula.Total(default(TotalNorm.Square), weight) is >= least and <= largest)
        {
            return 1;
        }

        double peak = weight.Detach().Abs().Max().Item();
        return peak == 0 ? 0 : double.IsFinite(peak) ? Math.ScaleB(1, Math.ILogB(peak)) : double.NaN;
    }

    /// <summary>Computes u and v if they are not those of the current weight. Concurrent evaluations wait for one of them.</summary>
    void Refresh(double scale)
    {
        if (Volatile.Read(ref _replaced) == Replaced)
        {
            return;
        }

        lock (_refreshing)
        {
            int replaced = Replaced;
            if (_replaced != replaced)
            {
                Keep(SingularVectors.Largest(Matrix(_layer.Weight.Detach()) / scale));
                Volatile.Write(ref _replaced, replaced);
            }
        }
    }

    // The graph gets copies, so that a second forward call before the backward pass does not change them.
    (Tensor U, Tensor V) Iterate(Tensor matrix)
    {
        (Tensor u, Tensor v) = (_u.Clone(), _v.Clone());
        for (int i = 0; i < Iterations; i++)
        {
            v = Unit(matrix.Transpose().MatMul(u));
            u = Unit(matrix.MatMul(v));
        }

        // Power iteration cannot leave the null space of the weight.
        return Keep(u.Norm().Item() < 0.5 ? SingularVectors.Largest(matrix) : (u, v));
    }

    (Tensor U, Tensor V) Keep((Tensor U, Tensor V) vectors)
    {
        using (Autograd.NoGrad())
        {
            _u.CopyFrom(vectors.U);
            _v.CopyFrom(vectors.V);
        }

        return (vectors.U.To(_u.DType), vectors.V.To(_v.DType));
    }

    Tensor Unit(Tensor x) => x / Math.Max(x.Norm().Item(), Epsilon);
}
