namespace Criterion.Nn;

/// <summary>
/// Batch normalization of images <c>[N, C, H, W]</c> whose weight and bias follow from a condition y:
/// (1 + W y) · (x − mean) / √(variance + ε) + V y.
/// </summary>
/// <remarks>
/// W and V start at 0, so that the layer begins as batch normalization without a condition. Source: de Vries et al., Modulating early
/// visual processing by language, 2017; Dumoulin, Shlens, Kudlur, A learned representation for artistic style, 2017.
/// </remarks>
public sealed class ConditionalBatchNorm2d : Module
{
    readonly BatchNorm2d _norm;
    readonly Linear _gain;
    readonly Linear _bias;

    /// <summary>Initializes the layer.</summary>
    /// <param name="features">The number C of channels.</param>
    /// <param name="conditions">The length K of a condition, such as the number of classes.</param>
    /// <param name="epsilon">ε, added to the variance. Default: 1e-5.</param>
    /// <param name="momentum">
    /// The share by which a batch moves the running statistics, in [0, 1]; null averages all batches equally. Default: 0.1.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public ConditionalBatchNorm2d(int features, int conditions, double epsilon = 1e-5, double? momentum = 0.1)
    {
        Conditions = Require.AtLeast(1, conditions, nameof(ConditionalBatchNorm2d));
        _norm = Child("norm", new BatchNorm2d(features, epsilon, momentum, affine: false));
        _gain = Child("gain", Zero(new Linear(conditions, features, bias: false)));
        _bias = Child("bias", Zero(new Linear(conditions, features, bias: false)));
    }

    /// <summary>Gets the number C of channels.</summary>
    public int Features => _norm.Features;

    /// <summary>Gets the length K of a condition.</summary>
    public int Conditions { get; }

    /// <summary>
    /// <inheritdoc cref="ConditionalBatchNorm2d(int, int, double, double?)" path="/param[@name='epsilon']/node()"/>
    /// </summary>
    public double Epsilon => _norm.Epsilon;

    /// <summary>
    /// <inheritdoc cref="ConditionalBatchNorm2d(int, int, double, double?)" path="/param[@name='momentum']/node()"/>
    /// </summary>
    public double? Momentum => _norm.Momentum;

    /// <summary>Gets W, <c>[C, K]</c>.</summary>
    public Tensor Gain => _gain.Weight;

    /// <summary>Gets V, <c>[C, K]</c>.</summary>
    public Tensor Bias => _bias.Weight;

    /// <summary>Normalizes images by their conditions.</summary>
    /// <param name="input">The images, <c>[N, C, H, W]</c>.</param>
    /// <param name="condition">y: classes, Int64 <c>[N]</c> in [0, K), or vectors <c>[N, K]</c>.</param>
    /// <exception cref="ShapeException">The shapes do not match, or a class is out of range.</exception>
    public Tensor Forward(Tensor input, Tensor condition)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(condition);
        Tensor y = condition.DType == DType.Int64 && condition.Rank == 1 ? condition.OneHot(Conditions, Gain.DType) : condition;
        if (y.Rank != 2 || y.Shape[0] != input.Shape[0] || y.Shape[1] != Conditions)
        {
            throw new ShapeException(
                $"ConditionalBatchNorm2d: conditions must be [{input.Shape[0]}, {Conditions}] for images {input.Shape}, or "
                + $"classes [{input.Shape[0]}], but are {condition.Shape}. Give one per image.");
        }

        Tensor gain = 1 + _gain.Forward(y).Reshape(-1, Features, 1, 1);
        return (_norm.Forward(input) * gain) + _bias.Forward(y).Reshape(-1, Features, 1, 1);
    }

    /// <summary>Throws, as the layer needs a condition.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override Tensor Forward(Tensor input) => throw new NotSupportedException(
        "ConditionalBatchNorm2d: a condition is missing. Call Forward(input, condition).");

    static Linear Zero(Linear layer)
    {
        Init.Constant(layer.Weight, 0);
        return layer;
    }
}
