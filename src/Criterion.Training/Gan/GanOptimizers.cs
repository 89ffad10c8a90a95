using Criterion.Optim;

namespace Criterion.Training;

/// <summary>
/// Creates the optimizers of a GAN where those of <see cref="GanOptions.Optimizer"/> do not suffice. The learning rate and the betas of
/// <see cref="GanOptions"/> and the rescaling for lazy penalties do not apply to an optimizer that is created here; the schedule and the
/// limit of the gradient do.
/// </summary>
/// <example><code>
/// GanOptimizers optimizers = new() { Discriminator = parameters =&gt; new SGD(parameters, learningRate: 0.01, momentum: 0.9) };
/// GanTrainer trainer = new(generator, discriminator, data, options, optimizers);
/// </code></example>
public sealed record GanOptimizers
{
    /// <summary>Gets the function that creates the optimizer of the generator. Default: null, for that of the options.</summary>
    public Func<IReadOnlyList<Tensor>, Optimizer>? Generator { get; init; }

    /// <summary>Gets the function that creates the optimizer of the discriminator. Default: null, for that of the options.</summary>
    public Func<IReadOnlyList<Tensor>, Optimizer>? Discriminator { get; init; }
}
