using Criterion;
using Criterion.Losses;
using Criterion.Nn;
using Criterion.Optim;

namespace Article;

/// <summary>The adversarial loop twice: with probabilities, as the article has it, and with logits.</summary>
public static class AdversarialLoss
{
    const int BatchSize = 16;
    const int LatentDim = 4;
    const int Epochs = 3;

    public static void Run()
    {
        OnProbabilities();
        RandomStream.Seed(1);
        OnLogits();
        Saturation();
    }

    /// <summary>The article's loop: a sigmoid at the end of the discriminator, binary cross-entropy of probabilities.</summary>
    static void OnProbabilities()
    {
        var gen = new Sequential(new Linear(LatentDim, 16), new ReLU(), new Linear(16, 2));
        var disc = new Sequential(new Linear(2, 16), new ReLU(), new Linear(16, 1), new Sigmoid());
        var genOptimizer = new Adam(gen.Parameters(), learningRate: 0.0002, beta1: 0.5, beta2: 0.999);
        var discOptimizer = new Adam(disc.Parameters(), learningRate: 0.0002, beta1: 0.5, beta2: 0.999);
        var loss = new BCELoss();

        for (int epoch = 1; epoch <= Epochs; epoch++)
        {
            Tensor realData = RealData();

            // Train the discriminator.
            Tensor realLabels = Tensor.Ones([BatchSize, 1]);
            Tensor fakeLabels = Tensor.Zeros([BatchSize, 1]);
            Tensor fakeData = gen.Forward(Tensor.Randn([BatchSize, LatentDim]));
            Tensor realLoss = loss.Forward(disc.Forward(realData), realLabels);
            Tensor fakeLoss = loss.Forward(disc.Forward(fakeData.Detach()), fakeLabels); // no gradient for the generator
            Tensor discLoss = realLoss + fakeLoss;
            discOptimizer.ZeroGrad();
            discLoss.Backward();
            discOptimizer.Step();

            // Train the generator: gradients pass through the discriminator without accumulating in it.
            disc.Freeze();
            Tensor genLoss = loss.Forward(disc.Forward(fakeData), realLabels);
            genOptimizer.ZeroGrad();
            genLoss.Backward();
            genOptimizer.Step();
            disc.Unfreeze();
            Console.WriteLine($"epoch {epoch}, probabilities: discriminator {discLoss.Item():0.0000}, generator {genLoss.Item():0.0000}");
        }
    }

    /// <summary>The same on logits: no sigmoid, and the objective as one value.</summary>
    static void OnLogits()
    {
        var gen = new Sequential(new Linear(LatentDim, 16), new ReLU(), new Linear(16, 2));
        var disc = new Sequential(new Linear(2, 16), new ReLU(), new Linear(16, 1));
        var genOptimizer = new Adam(gen.Parameters(), learningRate: 0.0002, beta1: 0.5, beta2: 0.999);
        var discOptimizer = new Adam(disc.Parameters(), learningRate: 0.0002, beta1: 0.5, beta2: 0.999);
        GanLoss objective = new NonSaturatingGanLoss();

        for (int epoch = 1; epoch <= Epochs; epoch++)
        {
            Tensor realData = RealData();
            Tensor fakeData = gen.Forward(Tensor.Randn([BatchSize, LatentDim]));
            Tensor discLoss = objective.Discriminator(disc.Forward(realData), disc.Forward(fakeData.Detach()));
            discOptimizer.ZeroGrad();
            discLoss.Backward();
            discOptimizer.Step();

            disc.Freeze();
            Tensor genLoss = objective.Generator(disc.Forward(fakeData));
            genOptimizer.ZeroGrad();
            genLoss.Backward();
            genOptimizer.Step();
            disc.Unfreeze();
            Console.WriteLine($"epoch {epoch}, logits:        discriminator {discLoss.Item():0.0000}, generator {genLoss.Item():0.0000}");
        }
    }

    /// <summary>What is left of the generator's gradient when the discriminator is sure.</summary>
    static void Saturation()
    {
        Tensor logit = Tensor.From<float>([-120]);
        logit.RequiresGrad = true;
        Tensor byProbability = new BCELoss().Forward(logit.Sigmoid(), Tensor.Ones([1]));
        Tensor byLogit = new NonSaturatingGanLoss().Generator(logit);
        Console.WriteLine(
            $"logit −120 by probability: loss {byProbability.Item():0}, "
            + $"size of the gradient {Autograd.Grad(byProbability, logit).Norm().Item():0}");
        Console.WriteLine(
            $"logit −120 by logit:       loss {byLogit.Item():0}, "
            + $"size of the gradient {Autograd.Grad(byLogit, logit).Norm().Item():0}");
    }

    static Tensor RealData() => Tensor.Randn([BatchSize, 2], mean: 2, deviation: 0.5);
}
