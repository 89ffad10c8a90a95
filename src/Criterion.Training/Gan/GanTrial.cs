using Criterion.Losses;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>
/// Runs the networks and the objective of a GAN once on two samples before a training, so that a wrong shape, type or value is reported
/// before anything is written. Networks are in evaluation mode meanwhile, in which layers change no state.
/// </summary>
internal static class GanTrial
{
    const int Samples = 2;
    const string LatentName = $"{nameof(GanOptions)}.{nameof(GanOptions.Latent)}";
    const string LatentShapeName = $"{nameof(GanOptions)}.{nameof(GanOptions.LatentShape)}";

    /// <summary>Returns the shape of the latent of one sample that the generator accepts, without classes.</summary>
    /// <exception cref="TrainingException">The generator accepts none, or does not return samples like the data.</exception>
    public static ValueList<int> LatentShape(Module generator, Dataset data, GanOptions options, int classes)
    {
        ValueList<int>[] candidates = options.LatentShape.Count > 0
            ? [options.LatentShape]
            : [[options.Latent, 1, 1], [options.Latent]];
        List<string> problems = [];
        using TensorScope scope = new();
        foreach (ValueList<int> candidate in candidates)
        {
            if (Problem(generator, data, Latents(candidate, classes)) is not { } problem)
            {
                return candidate;
            }

            problems.Add(problem);
        }

        throw new TrainingException(
            $"{nameof(GanTrainer)}: the generator must return samples like the data, Float32 {new Shape([Samples, .. data.ItemShape])}. "
            + $"It {string.Join("; it ", problems)}. Set {LatentName} or {LatentShapeName} to the latent that its first layer expects, "
            + "and end it in the shape of the data.");
    }

    /// <summary>Runs generator, discriminator and objective.</summary>
    /// <exception cref="TrainingException">An output or a loss cannot be trained with.</exception>
    public static void Run(
        Module generator, DiscriminatorEvaluator discriminator, GanOptions options, ValueList<int> latentShape, int classes)
    {
        using TensorScope scope = new();
        Tensor fake = Evaluated(generator, () => generator.Forward(Latents(latentShape, classes)));
        CheckFinite(fake, "the generator returns a sample", options);
        Tensor labels = LatentSampler.InTurn(Samples, Math.Max(1, classes));
        Tensor logits = Evaluated(
            discriminator.Network, () => Guarded("discriminator", () => discriminator.EvaluatePlain(fake, labels).Logits));
        CheckFinite(logits, "the discriminator returns a score", options);
        if (options.ClassWeight == 0)
        {
            CheckObjective(options, logits);
        }
    }

    static void CheckObjective(GanOptions options, Tensor logits)
    {
        GanLoss objective = options.Objective;
        string name = objective.GetType().Name;
        Tensor discriminator = Guarded($"objective {name}.{nameof(GanLoss.Discriminator)}", () => objective.Discriminator(logits, logits));
        CheckLoss(discriminator, $"{name}.{nameof(GanLoss.Discriminator)}", logits, options);
        Tensor generator = Guarded(
            $"objective {name}.{nameof(GanLoss.Generator)}",
            () => objective.Generator(logits, objective.NeedsReal ? logits : null));
        CheckLoss(generator, $"{name}.{nameof(GanLoss.Generator)}", logits, options);
    }

    static void CheckLoss(Tensor loss, string what, Tensor logits, GanOptions options)
    {
        if (loss is null || loss.Rank != 0 || loss.DType is not (DType.Float32 or DType.Float64))
        {
            throw new TrainingException(
                $"{nameof(GanTrainer)}: {what} must return a scalar of Float32, but returns "
                + $"{(loss is null ? "null" : $"{loss.DType} {loss.Shape}")} for scores {logits.Shape}. Reduce it with .Mean().");
        }

        if (!loss.RequiresGrad && logits.RequiresGrad)
        {
            throw new TrainingException(
                $"{nameof(GanTrainer)}: {what} returns a loss without a gradient, from which nothing can be learned. "
                + "Compute it from the scores by tensor operations, without Detach, Item or NoGrad.");
        }

        CheckFinite(loss, $"{what} returns a loss", options);
    }

    static void CheckFinite(Tensor values, string what, GanOptions options)
    {
        if (options.OnNan == NanPolicy.Stop && !double.IsFinite(values.Detach().To(DType.Float64).Abs().Max().Item()))
        {
            throw new TrainingException(
                $"{nameof(GanTrainer)}: {what} that is not finite before the first step. Check the initial weights and the formula, or set "
                + $"{nameof(TrainingOptions)}.{nameof(TrainingOptions.OnNan)} to {nameof(NanPolicy.Skip)} to skip such steps.");
        }
    }

    static string? Problem(Module generator, Dataset data, Tensor latents)
    {
        Shape expected = new([latents.Shape[0], .. data.ItemShape]);
        try
        {
            using (Autograd.NoGrad())
            {
                Tensor output = Evaluated(generator, () => generator.Forward(latents));
                return output is { DType: DType.Float32 } && output.Shape == expected ? null
                    : $"returns {(output is null ? "null" : $"{output.DType} {output.Shape}")} for latents {latents.Shape}";
            }
        }
        catch (Exception e) when (IsOfTheProgram(e))
        {
            return $"throws {e.GetType().Name} for latents {latents.Shape} ({e.Message.TrimEnd('.')})";
        }
    }

    static T Guarded<T>(string what, Func<T> run)
    {
        try
        {
            return run();
        }
        catch (Exception e) when (IsOfTheProgram(e) && e is not TrainingException)
        {
            throw new TrainingException(
                $"{nameof(GanTrainer)}: the {what} throws {e.GetType().Name}: {e.Message.TrimEnd('.')}. Correct it before the training.",
                e);
        }
    }

    static bool IsOfTheProgram(Exception e) => e is not (OutOfMemoryException or OperationCanceledException or CustomPartException);

    // From a stream of its own, so the training draws the same numbers with and without a trial.
    static Tensor Latents(ValueList<int> shape, int classes) => LatentSampler.Draw(
        Samples, shape, classes == 0 ? null : LatentSampler.InTurn(Samples, classes), classes, new RandomStream(0));

    // Each module returns to its own mode, and no gradient of a trial is kept.
    static T Evaluated<T>(Module network, Func<T> run)
    {
        (Module Module, bool IsTraining)[] modes = [.. All(network).Select(static module => (module, module.IsTraining))];
        network.Eval();
        try
        {
            return run();
        }
        finally
        {
            foreach ((Module module, bool isTraining) in modes)
            {
                _ = isTraining ? module.Train() : module.Eval();
            }
        }
    }

    // Parents first: setting the mode of a module also sets that of its children.
    static IEnumerable<Module> All(Module module) => module.Children().SelectMany(All).Prepend(module);
}
