import { t, type MessageKey } from '../i18n/index.svelte';
import type { Feeling, Mood } from '../lib/contract';

const feelings = {
  afraid: 'mood.afraid',
  amazed: 'mood.amazed',
  angry: 'mood.angry',
  amorous: 'mood.amorous',
  annoyed: 'mood.annoyed',
  anxious: 'mood.anxious',
  aroused: 'mood.aroused',
  ashamed: 'mood.ashamed',
  bored: 'mood.bored',
  brave: 'mood.brave',
  calm: 'mood.calm',
  cautious: 'mood.cautious',
  cold: 'mood.cold',
  confident: 'mood.confident',
  confused: 'mood.confused',
  contemplative: 'mood.contemplative',
  contented: 'mood.contented',
  cranky: 'mood.cranky',
  crazy: 'mood.crazy',
  creative: 'mood.creative',
  curious: 'mood.curious',
  dejected: 'mood.dejected',
  depressed: 'mood.depressed',
  disappointed: 'mood.disappointed',
  disgusted: 'mood.disgusted',
  dismayed: 'mood.dismayed',
  distracted: 'mood.distracted',
  embarrassed: 'mood.embarrassed',
  envious: 'mood.envious',
  excited: 'mood.excited',
  flirtatious: 'mood.flirtatious',
  frustrated: 'mood.frustrated',
  grateful: 'mood.grateful',
  grieving: 'mood.grieving',
  grumpy: 'mood.grumpy',
  guilty: 'mood.guilty',
  happy: 'mood.happy',
  hopeful: 'mood.hopeful',
  hot: 'mood.hot',
  humbled: 'mood.humbled',
  humiliated: 'mood.humiliated',
  hungry: 'mood.hungry',
  hurt: 'mood.hurt',
  impressed: 'mood.impressed',
  in_awe: 'mood.in_awe',
  in_love: 'mood.in_love',
  indignant: 'mood.indignant',
  interested: 'mood.interested',
  intoxicated: 'mood.intoxicated',
  invincible: 'mood.invincible',
  jealous: 'mood.jealous',
  lonely: 'mood.lonely',
  lost: 'mood.lost',
  lucky: 'mood.lucky',
  mean: 'mood.mean',
  moody: 'mood.moody',
  nervous: 'mood.nervous',
  neutral: 'mood.neutral',
  offended: 'mood.offended',
  outraged: 'mood.outraged',
  playful: 'mood.playful',
  proud: 'mood.proud',
  relaxed: 'mood.relaxed',
  relieved: 'mood.relieved',
  remorseful: 'mood.remorseful',
  restless: 'mood.restless',
  sad: 'mood.sad',
  sarcastic: 'mood.sarcastic',
  satisfied: 'mood.satisfied',
  serious: 'mood.serious',
  shocked: 'mood.shocked',
  shy: 'mood.shy',
  sick: 'mood.sick',
  sleepy: 'mood.sleepy',
  spontaneous: 'mood.spontaneous',
  stressed: 'mood.stressed',
  strong: 'mood.strong',
  surprised: 'mood.surprised',
  thankful: 'mood.thankful',
  thirsty: 'mood.thirsty',
  tired: 'mood.tired',
  undefined: 'mood.undefined',
  weak: 'mood.weak',
  worried: 'mood.worried',
} as const satisfies Record<Feeling, MessageKey>;

export function feelingWords(feeling: Feeling): string {
  return t(feelings[feeling]);
}

/** How somebody feels, on one line. */
export function moodWords({ feeling, words }: Mood): string {
  return words ? `${feelingWords(feeling)}: ${words}` : feelingWords(feeling);
}

/** All feelings, in the order of their words. */
export function allFeelings(): Feeling[] {
  const all = Object.keys(feelings) as Feeling[];
  return all.sort((a, b) => feelingWords(a).localeCompare(feelingWords(b)));
}
