using Criterion;
using Criterion.Formats;
using Criterion.Losses;
using Criterion.Nn;
using Criterion.Training;

// Trains WGAN-GP on custom networks: a critic that scores images, whose slope the gradient penalty keeps near 1.
int steps = int.Parse(args.ElementAtOrDefault(0) ?? "500");
ImageDataset data = ImageDataset.FashionMnist(size: 16);
GanOptions options = new() { Objective = new WassersteinGanLoss(), Regularizers = [new GradientPenalty(10)], DiscriminatorSteps = 5 };
options = options with { Beta1 = 0, Beta2 = 0.9, Latent = 32 };
Sequential generator = [new Flatten(), new Linear(32, 128), new ReLU(), new Linear(128, 256), new Tanh(), new Unflatten(1, [1, 16, 16])];
Sequential critic = [new Flatten(), new Linear(256, 128), new LeakyReLU(0.2), new Linear(128, 128), new LeakyReLU(0.2), new Linear(128, 1)];
GanTrainer trainer = new(generator, critic, data, options);

for (int i = 0; i < steps; i++)
{
    GanStep step = trainer.Step();
    if (i % 50 == 0)
    {
        Console.WriteLine($"step {step.Step}  distance {step.RealScore - step.FakeScore:0.00}  penalty {step.Penalty:0.00}");
    }
}

Png.Write(args.ElementAtOrDefault(1) ?? "wgan-gp.png", ImageGrid.Compose(trainer.Sample(Tensor.Randn([64, options.Latent, 1, 1]))));
