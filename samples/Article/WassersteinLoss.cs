using Criterion;
using Criterion.Losses;

namespace Article;

/// <summary>The Wasserstein loss of critic and generator.</summary>
public static class WassersteinLoss
{
    public static void Run()
    {
        Tensor real = Tensor.From<float>([1, 2, 3]); // the critic's scores, any numbers
        Tensor fake = Tensor.From<float>([-1, 0, 4]);
        var objective = new WassersteinGanLoss();
        Console.WriteLine(
            $"the article's functions: critic {CriticLoss(real, fake).Item():0.0000}, generator {GeneratorLoss(fake).Item():0.0000}");
        Console.WriteLine(
            $"WassersteinGanLoss:      critic {objective.Discriminator(real, fake).Item():0.0000}, "
            + $"generator {objective.Generator(fake).Item():0.0000}");
    }

    /// <summary>The loss of the critic.</summary>
    static Tensor CriticLoss(Tensor real, Tensor fake) => fake.Mean() - real.Mean();

    /// <summary>The loss of the generator.</summary>
    static Tensor GeneratorLoss(Tensor fake) => -fake.Mean();
}
