using System.Text.Json;

namespace Criterion.Training;

/// <summary>The trainings of GANs with several objectives.</summary>
internal sealed class ComparedGans(GanComparisonOptions options, Dataset data, IReadOnlyList<GanCompetitor> competitors) : ComparedTraining
{
    readonly SampleMeasure _measure = SampleMeasure.For(data);

    public override Dataset Data => data;

    public override StepColumns Columns => GanStep.Columns;

    public override long FirstCheck => TrainingMonitor.FirstCheck;

    public override ComparisonWords Words { get; } = new(
        Title: "Comparison of objectives",
        Competitor: "Objective",
        Measured: $"Measured on {options.Measure.Samples} samples at the end. ",
        Stable: "A run is stable if no step was skipped and the samples did not collapse. ",
        NoFindings: "None: in no run did one network win for long, the samples collapse, or gradients vanish, "
            + $"as far as can be seen from step {HealthCheck.FirstStep} on.",
        Same: "The budget is the number of generator steps with the same batch size, whatever they cost in time. For one seed all start "
            + "from the same weights of the generator (except for the inputs of classes) and draw latents and data from the same streams. "
            + "The layers of the discriminator are the same except for their normalisation, and for objectives whose discriminator is an "
            + "auto-encoder.",
        Differed: "Each objective has the published settings of its recipe; one that is not a recipe has those of dcgan.",
        Settings:
            ["Objective", "Penalties", "Clip", "D steps", "Optimizer", "Rate D", "Rate G", "Betas", "Average", "Normalisation of D"]);

    public override void Check(string name) => Start(name, 0);

    public override void Execute(string path, string name, ulong seed, Action<ComparisonStep>? onStep, CancellationToken cancellation) =>
        Execute<GanRun, GanStep, GanRunRecord>(
            path,
            () => Start(name, seed),
            (record, checkpoint) =>
            {
                if (Custom(name) is null)
                {
                    return GanRun.Resume(record, data, checkpoint, steps: null, _measure);
                }

                GanRun run = Start(name, seed);
                run.Continue(record, checkpoint);
                return run;
            },
            (run, step) => onStep?.Invoke(new(name, seed, step.Step, step.Describe(), run.Record.Quality?.Describe())),
            cancellation);

    public override string[] Settings(string name)
    {
        GanOptions settings = Recipe(name, 0).Options;
        JsonElement json = RunJson.Element(settings);
        return
        [
            Text(json, "objective"), Text(json, "regularizers"), Text(json, "clip"), Text(json, "discriminatorSteps"),
            Text(json, "optimizer"), Text(json, "discriminatorLearningRate"), Text(json, "generatorLearningRate"),
            $"{Text(json, "beta1")}, {Text(json, "beta2")}", Text(json, "averageDecay"),
            Text(json, "discriminatorNorm") is "none" ? "by the penalty: batch norm, or none" : Text(json, "discriminatorNorm"),
        ];
    }

    GanRecipe Recipe(string name, ulong seed) => Custom(name) is { } competitor
        ? new GanRecipe(name, "", options.Shared(competitor.Options, seed))
        : options.Recipe(name, seed, data);

    GanCompetitor? Custom(string name) => competitors.FirstOrDefault(competitor => competitor.Name == name);

    GanRun Start(string name, ulong seed)
    {
        GanRecipe recipe = Recipe(name, seed);
        GanCompetitor? custom = Custom(name);
        return new GanRun(
            data,
            recipe.Options,
            custom?.Networks ?? recipe.Options.Networks(data, options.Width),
            custom?.Optimizers,
            name,
            options.Measure.Every,
            CheckpointEvery,
            options.Data,
            options.Measure)
        {
            Measure = _measure,
        };
    }
}
