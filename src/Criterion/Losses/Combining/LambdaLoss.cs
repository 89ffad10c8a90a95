using System.Text.Json.Serialization;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>A loss defined by a function, as <see cref="Loss.From"/> creates it.</summary>
/// <remarks>
/// The function reduces the loss itself. It may be called from several threads if the loss is. JSON cannot store it, and two losses are
/// equal only if they share the function and the name.
/// </remarks>
public sealed record LambdaLoss : IPredictionLoss, IJsonOnSerializing
{
    internal LambdaLoss(Func<Tensor, Tensor, Tensor> forward, string name)
    {
        ArgumentNullException.ThrowIfNull(forward);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        (Function, Name) = (forward, name);
    }

    /// <summary>Gets the function from prediction and target to the loss.</summary>
    [JsonIgnore]
    public Func<Tensor, Tensor, Tensor> Function { get; }

    /// <summary>Gets the name in reports.</summary>
    public string Name { get; }

    /// <summary>Calls the function.</summary>
    /// <param name="prediction">The output of a model.</param>
    /// <param name="target">The desired output.</param>
    /// <exception cref="LossException">The function returned null.</exception>
    public Tensor Forward(Tensor prediction, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        return Function(prediction, target) ?? throw new LossException($"{Name}: the function returned null. Return the loss, a tensor.");
    }

    /// <summary>Returns the name as text.</summary>
    public string ToLatex() => Latex.Text(Name);

    /// <summary>Returns the name.</summary>
    public override string ToString() => Name;

    void IJsonOnSerializing.OnSerializing() => throw new NotSupportedException(
        $"LambdaLoss: JSON cannot store \"{Name}\", which is a function. Define a record that derives from a loss, such as PointwiseLoss, "
        + "and store its options.");
}
