using Criterion.Losses;
using TorchSharp;

namespace Criterion.TorchSharp;

/// <summary>A loss as a TorchSharp module of prediction and target, without parameters.</summary>
public sealed class LossModule : torch.nn.Module<torch.Tensor, torch.Tensor, torch.Tensor>
{
    /// <summary>Initializes the module.</summary>
    /// <param name="loss">The loss, also a combination of losses.</param>
    public LossModule(IPredictionLoss loss)
        : base(NameOf(loss)) => Loss = loss;

    /// <summary>Gets the loss.</summary>
    public IPredictionLoss Loss { get; }

    /// <summary>Computes the loss of a prediction.</summary>
    /// <param name="prediction">The output of a model.</param>
    /// <param name="target">The desired output.</param>
    public override torch.Tensor forward(torch.Tensor prediction, torch.Tensor target) => Loss.Forward(prediction, target);

    static string NameOf(IPredictionLoss loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        return loss.GetType().Name;
    }
}

/// <summary>A loss of three inputs, such as embeddings and a target, as a TorchSharp module without parameters.</summary>
public sealed class ThreeInputLossModule : torch.nn.Module<torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor>
{
    readonly Func<torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor> _forward;

    internal ThreeInputLossModule(ICriterion loss, Func<torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor> forward)
        : base(loss.GetType().Name) => (Loss, _forward) = (loss, forward);

    /// <summary>Gets the loss.</summary>
    public ICriterion Loss { get; }

    /// <summary>Computes the loss of its inputs, in the order of <c>Forward</c>.</summary>
    /// <param name="x1">The first input.</param>
    /// <param name="x2">The second input.</param>
    /// <param name="x3">The third input, such as the target.</param>
    public override torch.Tensor forward(torch.Tensor x1, torch.Tensor x2, torch.Tensor x3) => _forward(x1, x2, x3);
}

/// <summary>Losses as TorchSharp modules.</summary>
public static class LossModules
{
    /// <summary>Returns the loss as a module of prediction and target.</summary>
    /// <param name="loss">The loss, also a combination: <c>(new L1Loss() * 10 + new SsimLoss(ImageRange.ZeroOne)).ToModule()</c>.</param>
    public static LossModule ToModule(this IPredictionLoss loss) => new(loss);

    /// <summary>Returns the loss as a module of two embeddings and a target.</summary>
    /// <param name="loss">The loss.</param>
    public static ThreeInputLossModule ToModule(this PairLoss loss) => new(loss, (x1, x2, target) => loss.Forward(x1, x2, target));

    /// <summary>Returns the loss as a module of anchor, positive and negative.</summary>
    /// <param name="loss">The loss.</param>
    public static ThreeInputLossModule ToModule(this TripletMarginLoss loss) => new(loss, loss.Forward);

    /// <summary>Returns the loss as a module of prediction, target and variance.</summary>
    /// <param name="loss">The loss.</param>
    public static ThreeInputLossModule ToModule(this GaussianNLLLoss loss) => new(loss, loss.Forward);

    /// <summary>Returns the loss as a module of two scores and a target.</summary>
    /// <param name="loss">The loss.</param>
    public static ThreeInputLossModule ToModule(this MarginRankingLoss loss) => new(loss, loss.Forward);
}
