using Criterion;
using Criterion.Losses;
using Criterion.Nn;
using Criterion.Optim;

namespace Article;

/// <summary>The gradient penalty, and the loop of WGAN-GP.</summary>
public static class GradientPenaltyLoss
{
    const int BatchSize = 16;
    const int LatentDim = 4;
    const int Epochs = 3;
    const int CriticRepeats = 5;

    public static void Run()
    {
        Penalties();
        Training();
    }

    /// <summary>The gradient of the critic's scores by mixes of real and generated images.</summary>
    static Tensor Gradient(Func<Tensor, Tensor> critic, Tensor real, Tensor fake, Tensor epsilon)
    {
        Tensor mixedImages = (real * epsilon) + (fake * (1 - epsilon));
        mixedImages.RequiresGrad = true;
        Tensor mixedScores = critic(mixedImages);
        return Autograd.Grad(mixedScores.Sum(), mixedImages, createGraph: true);
    }

    /// <summary>The mean squared distance of its length from 1, one length for each image.</summary>
    static Tensor Penalty(Tensor gradient)
    {
        Tensor norm = gradient.Flatten(1).Norm([1]);
        return ((norm - 1) * (norm - 1)).Mean();
    }

    static void Penalties()
    {
        Tensor real = Tensor.Randn([BatchSize, 3, 8, 8]);
        Tensor fake = Tensor.Randn([BatchSize, 3, 8, 8]);
        Tensor epsilon = Tensor.Rand([BatchSize, 1, 1, 1]); // one per image
        double slope = 2 / Math.Sqrt(3 * 8 * 8); // per pixel: the gradient of an image has norm 2
        Tensor Steep(Tensor x) => x.Flatten(1).Sum(1) * slope;
        Tensor Flat(Tensor x) => x.Flatten(1).Sum(1) * 0;

        double own = Penalty(Gradient(Steep, real, fake, epsilon)).Item();
        double steep = new GradientPenalty(weight: 1).Forward(Steep, real, fake).Item();
        double flat = new GradientPenalty(weight: 1).Forward(Flat, real, fake).Item();
        Console.WriteLine($"a critic of slope 2: {own:0.0000}, GradientPenalty: {steep:0.0000}");
        Console.WriteLine($"a flat critic:               GradientPenalty: {flat:0.0000}");
    }

    static void Training()
    {
        var gen = new Sequential(new Linear(LatentDim, 16), new ReLU(), new Linear(16, 2));
        var critic = new Sequential(new Linear(2, 16), new LeakyReLU(0.2), new Linear(16, 1));
        var genOptimizer = new Adam(gen.Parameters(), learningRate: 0.0001, beta1: 0, beta2: 0.9);
        var criticOptimizer = new Adam(critic.Parameters(), learningRate: 0.0001, beta1: 0, beta2: 0.9);
        GanLoss objective = new WassersteinGanLoss();
        var penalty = new GradientPenalty(weight: 10);

        for (int epoch = 1; epoch <= Epochs; epoch++)
        {
            // Train the critic.
            double meanCriticLoss = 0;
            for (int repeat = 0; repeat < CriticRepeats; repeat++)
            {
                Tensor real = Tensor.Randn([BatchSize, 2], mean: 2, deviation: 0.5);
                Tensor fake = gen.Forward(Tensor.Randn([BatchSize, LatentDim])).Detach();
                Tensor criticLoss = objective.Discriminator(critic.Forward(real), critic.Forward(fake))
                    + penalty.Forward(critic.Forward, real, fake);
                meanCriticLoss += criticLoss.Item() / CriticRepeats;
                criticOptimizer.ZeroGrad();
                criticLoss.Backward();
                criticOptimizer.Step();
            }

            // Train the generator.
            critic.Freeze();
            Tensor genLoss = objective.Generator(critic.Forward(gen.Forward(Tensor.Randn([BatchSize, LatentDim]))));
            genOptimizer.ZeroGrad();
            genLoss.Backward();
            genOptimizer.Step();
            critic.Unfreeze();
            Console.WriteLine($"epoch {epoch}: critic {meanCriticLoss:0.0000}, generator {genLoss.Item():0.0000}");
        }
    }
}
