namespace Criterion.Losses;

/// <summary>A loss, an adversarial objective or a penalty: what the catalogue can show.</summary>
public interface ICriterion
{
    /// <summary>The formula in LaTeX with this value's options, one line for each part.</summary>
    string ToLatex();

    /// <summary>The loss along a number, for pictures; none where no single number tells its story.</summary>
    IEnumerable<LossCurve> Curves();
}

/// <summary>A loss of a prediction against a target. Such losses are added and weighted: <c>l1 * 10 + ssim</c>.</summary>
public partial interface IPredictionLoss : ICriterion
{
    /// <summary>The loss of a prediction.</summary>
    /// <param name="prediction">What a model says.</param>
    /// <param name="target">What it should have said.</param>
    Tensor Forward(Tensor prediction, Tensor target);
}

/// <summary>Marks a loss that is a divergence, which also takes <see cref="Reduction.BatchMean"/>.</summary>
public interface IDivergenceLoss;

/// <summary>A loss along one number.</summary>
/// <param name="Name">What the curve is, such as <c>y = 0</c> or <c>generator</c>.</param>
/// <param name="Axis">What runs along the axis, such as <c>x − y</c> or <c>logit</c>.</param>
/// <param name="From">Where the axis begins.</param>
/// <param name="To">Where it ends.</param>
/// <param name="Value">The loss of each of [N] numbers, [N], differentiable.</param>
public sealed record LossCurve(string Name, string Axis, double From, double To, Func<Tensor, Tensor> Value);
