using Criterion;
using Criterion.Formats;
using Criterion.Losses;
using Criterion.Nn;
using Criterion.Training;

// Trains custom networks with a custom objective on one's own images. Run it again after a stop or a kill: it resumes with the same bits.
// Arguments: the steps, the picture, the folder of the run, and folders of PNGs. Default: clothes of Fashion-MNIST.
int steps = int.Parse(args.ElementAtOrDefault(0) ?? "2000");
string folder = args.ElementAtOrDefault(2) ?? "runs/custom";
ImageDataset data = args.Length > 3 ? ImageDataset.Load(args[3..], size: 16) : ImageDataset.FashionMnist(size: 16);
GanOptions options = new() { Objective = new SquaredHingeGanLoss { Margin = 1 }, Latent = 32, Steps = steps };
CustomNetworks networks = new(
    random => new Sequential(
        new Linear(32, 128, random: random), new BatchNorm1d(128), new ReLU(),
        new Linear(128, data.Channels * 256, random: random), new Tanh(), new Unflatten(1, [data.Channels, 16, 16])),
    random => new Sequential(
        new Flatten(), new Linear(data.Channels * 256, 128, random: random), new LeakyReLU(0.2), new Dropout(0.2, random),
        new Linear(128, 1, random: random)));

GanRun run = GanRun.Open(folder, data, options, networks, name: "squared-hinge");
GanRunRecord record = run.Execute(step => Console.WriteLine($"step {step.Step}  {step.Describe()}"));
Console.WriteLine($"{record.Status} after {record.StepsDone} steps. Report: {folder}/report.html");
Console.WriteLine($"Fréchet distance of 100 samples: {run.Evaluate(count: 100).Frechet.Value:0.0}");
Png.Write(args.ElementAtOrDefault(1) ?? "samples.png", run.Picture(run.Sample(64)));

/// <summary>The squares of the terms of the hinge loss.</summary>
sealed record SquaredHingeGanLoss : GanLoss
{
    public double Margin { get; init; } = 1;

    public override Tensor Discriminator(Tensor real, Tensor fake) => Square(Margin - real) + Square(Margin + fake);

    public override Tensor Generator(Tensor fake, Tensor? real = null) => -fake.Mean();

    static Tensor Square(Tensor x) => x.Relu().Pow(2).Mean();
}
