using Criterion.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Criterion.TorchSharp;

/// <summary>The penalties that differentiate a TorchSharp network, by it or by its inputs.</summary>
/// <remarks>
/// The gradient by the input has a graph, so that the penalty's <c>backward()</c> reaches the weights: LibTorch differentiates the network
/// twice, Criterion the penalty. A module in training with batch normalization is refused, as in Criterion; a lambda hides its modules.
/// </remarks>
public static class NetworkPenalties
{
    /// <inheritdoc cref="InputGradientPenalty.Forward(Func{Tensor, Tensor}, Tensor, Tensor, RandomStream?)"/>
    public static torch.Tensor Forward(
        this InputGradientPenalty penalty,
        nn.Module<torch.Tensor, torch.Tensor> critic,
        torch.Tensor real,
        torch.Tensor fake,
        RandomStream? random = null)
    {
        ArgumentNullException.ThrowIfNull(critic);
        return penalty.Forward(critic.call, real, fake, random);
    }

    /// <inheritdoc cref="InputGradientPenalty.Forward(Func{Tensor, Tensor}, Tensor, Tensor, RandomStream?)"/>
    public static torch.Tensor Forward(
        this InputGradientPenalty penalty,
        Func<torch.Tensor, torch.Tensor> critic,
        torch.Tensor real,
        torch.Tensor fake,
        RandomStream? random = null)
    {
        ArgumentNullException.ThrowIfNull(penalty);
        ArgumentNullException.ThrowIfNull(critic);
        ArgumentNullException.ThrowIfNull(real);
        ArgumentNullException.ThrowIfNull(fake);
        Invocation invocation = new(penalty, "real, fake");
        invocation.Check(real, fake);
        if (!penalty.AllowBatchCoupling)
        {
            NetworkGradient.RefuseBatchCoupling(critic, penalty.BatchCouplingMessage());
        }

        using DisposeScope scope = NewDisposeScope();
        return scope.MoveToOuter(Points(penalty, real, fake, random)
            .Select(images => penalty.FromGradient(NetworkGradient.Of(invocation, critic, images)))
            .Aggregate(static (a, b) => a + b));
    }

    /// <inheritdoc cref="R1Penalty.Forward(Func{Tensor, Tensor}, Tensor)"/>
    public static torch.Tensor Forward(this R1Penalty penalty, nn.Module<torch.Tensor, torch.Tensor> critic, torch.Tensor real) =>
        penalty.Forward(critic, real, real);

    /// <inheritdoc cref="R1Penalty.Forward(Func{Tensor, Tensor}, Tensor)"/>
    public static torch.Tensor Forward(this R1Penalty penalty, Func<torch.Tensor, torch.Tensor> critic, torch.Tensor real) =>
        penalty.Forward(critic, real, real);

    /// <inheritdoc cref="R2Penalty.Forward(Func{Tensor, Tensor}, Tensor)"/>
    public static torch.Tensor Forward(this R2Penalty penalty, nn.Module<torch.Tensor, torch.Tensor> critic, torch.Tensor fake) =>
        penalty.Forward(critic, fake, fake);

    /// <inheritdoc cref="R2Penalty.Forward(Func{Tensor, Tensor}, Tensor)"/>
    public static torch.Tensor Forward(this R2Penalty penalty, Func<torch.Tensor, torch.Tensor> critic, torch.Tensor fake) =>
        penalty.Forward(critic, fake, fake);

    /// <inheritdoc cref="PathLengthPenalty.Forward(Func{Tensor, Tensor}, Tensor, double, RandomStream?)"/>
    public static (torch.Tensor Penalty, double Mean) Forward(
        this PathLengthPenalty penalty,
        Func<torch.Tensor, torch.Tensor> generator,
        torch.Tensor latents,
        double mean,
        RandomStream? random = null)
    {
        ArgumentNullException.ThrowIfNull(penalty);
        ArgumentNullException.ThrowIfNull(generator);
        ArgumentNullException.ThrowIfNull(latents);
        Invocation invocation = new(penalty, nameof(latents));
        invocation.Check(latents);
        using DisposeScope scope = NewDisposeScope();
        PathLengthPenalty.Check(HostTensor.Borrow(latents));
        if (!penalty.AllowBatchCoupling)
        {
            NetworkGradient.RefuseBatchCoupling(generator, PathLengthPenalty.BatchCouplingMessage);
        }

        torch.Tensor slope = NetworkGradient.Of(invocation, Weighted, latents);
        double next = mean;
        torch.Tensor value = TorchFunction.Apply(penalty, [slope], x => Penalty(x[0]!));
        return (scope.MoveToOuter(value), next);

        torch.Tensor Weighted(torch.Tensor w)
        {
            torch.Tensor image = generator(w);
            NetworkGradient.CheckOutput(invocation, image);
            return image * Like(PathLengthPenalty.Noise(HostTensor.Borrow(image), random), image);
        }

        Tensor Penalty(Tensor gradient)
        {
            (Tensor result, next) = penalty.FromGradient(gradient, mean);
            return result;
        }
    }

    /// <inheritdoc cref="ConsistencyPenalty.Forward(Func{Tensor, Tensor}, Tensor, Func{Tensor, Tensor})"/>
    public static torch.Tensor Forward(
        this ConsistencyPenalty penalty,
        Func<torch.Tensor, torch.Tensor> discriminator,
        torch.Tensor images,
        Func<torch.Tensor, torch.Tensor> augment)
    {
        ArgumentNullException.ThrowIfNull(discriminator);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(augment);
        using DisposeScope scope = NewDisposeScope();
        return scope.MoveToOuter(penalty.Forward(discriminator(images), discriminator(augment(images))));
    }

    /// <inheritdoc cref="OrthogonalPenalty.Forward(IEnumerable{Tensor})"/>
    public static torch.Tensor Forward(this OrthogonalPenalty penalty, IEnumerable<torch.Tensor> weights)
    {
        ArgumentNullException.ThrowIfNull(penalty);
        ArgumentNullException.ThrowIfNull(weights);
        return TorchFunction.Apply(penalty, [.. weights], x => penalty.Forward(x!));
    }

    /// <inheritdoc cref="WeightClip.Apply(IEnumerable{Tensor})"/>
    public static void Apply(this WeightClip clip, IEnumerable<torch.Tensor> parameters)
    {
        ArgumentNullException.ThrowIfNull(clip);
        ArgumentNullException.ThrowIfNull(parameters);
        torch.Tensor[] all = [.. parameters];
        new Invocation(clip, "[.. parameters]").Check(all);
        using IDisposable mode = no_grad();
        foreach (torch.Tensor parameter in all)
        {
            if (!parameter.is_floating_point())
            {
                throw new DTypeException($"WeightClip: a parameter is {parameter.dtype}. Pass floating-point parameters.");
            }

            parameter.clamp_(-clip.Limit, clip.Limit);
        }
    }

    /// <summary>Returns the batches at which the gradient is taken, drawn by Criterion's stream.</summary>
    static IEnumerable<torch.Tensor> Points(InputGradientPenalty penalty, torch.Tensor real, torch.Tensor fake, RandomStream? random) =>
        penalty.Points(HostTensor.Borrow(real), HostTensor.Borrow(fake), random).Select(points => Like(penalty.NotEmpty(points), real));

    static torch.Tensor Like(Tensor tensor, torch.Tensor other) => tensor.ToTorch().to(other.dtype, other.device);
}
