using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>A loss, a GAN loss or a penalty. The formula and the curves are for the catalogue: custom ones need neither.</summary>
public interface ICriterion
{
    /// <summary>
    /// Returns the formula in LaTeX with the options of this instance, one line for each part. By default the name of the type as text.
    /// </summary>
    string ToLatex() => Latex.Text(GetType().Name);

    /// <summary>
    /// Returns the loss as a function of one number, for plots; nothing where no single number describes it. By default nothing.
    /// </summary>
    IEnumerable<LossCurve> Curves() => [];
}

/// <summary>A loss of a prediction against a target. Such losses are added and weighted: <c>l1 * 10 + ssim</c>.</summary>
public partial interface IPredictionLoss : ICriterion
{
    /// <summary>Computes the loss of a prediction.</summary>
    /// <param name="prediction">The output of a model.</param>
    /// <param name="target">The desired output.</param>
    Tensor Forward(Tensor prediction, Tensor target);
}

/// <summary>Marks a loss that is a divergence, which also takes <see cref="Reduction.BatchMean"/>.</summary>
public interface IDivergenceLoss;

/// <summary>A loss as a function of one number.</summary>
public sealed record LossCurve
{
    /// <summary>Initializes the curve.</summary>
    /// <param name="name">The name of the curve, such as <c>y = 0</c> or <c>generator</c>.</param>
    /// <param name="axis">The name of the axis, such as <c>x − y</c> or <c>logit</c>.</param>
    /// <param name="from">The lower end of the axis.</param>
    /// <param name="to">The upper end of the axis.</param>
    /// <param name="value">The differentiable function from [N] numbers to [N] losses.</param>
    public LossCurve(string name, string axis, double from, double to, Func<Tensor, Tensor> value) =>
        (Name, Axis, From, To, Value) = (name, axis, from, to, value);

    /// <summary>
    /// <inheritdoc cref="LossCurve(string, string, double, double, Func{Tensor, Tensor})" path="/param[@name='name']/node()"/>
    /// </summary>
    public string Name { get; init; }

    /// <summary>
    /// <inheritdoc cref="LossCurve(string, string, double, double, Func{Tensor, Tensor})" path="/param[@name='axis']/node()"/>
    /// </summary>
    public string Axis { get; init; }

    /// <summary>
    /// <inheritdoc cref="LossCurve(string, string, double, double, Func{Tensor, Tensor})" path="/param[@name='from']/node()"/>
    /// </summary>
    public double From { get; init; }

    /// <summary>
    /// <inheritdoc cref="LossCurve(string, string, double, double, Func{Tensor, Tensor})" path="/param[@name='to']/node()"/>
    /// </summary>
    public double To { get; init; }

    /// <summary>
    /// <inheritdoc cref="LossCurve(string, string, double, double, Func{Tensor, Tensor})" path="/param[@name='value']/node()"/>
    /// </summary>
    public Func<Tensor, Tensor> Value { get; init; }
}
